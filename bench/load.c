// load.c: one thread, many kept-alive connections, requests from forms.
//
// Closed loop: each connection asks again as soon as it is answered. Open loop (--rate): jobs fall
// due at random moments, and a reply is timed from the moment its job was due, so that a server
// that stalls cannot hide by not being asked.
// SPDX-License-Identifier: Apache-2.0
#include "bench/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_MAX = 256, READ_BYTES = 64 * 1024, SAMPLE_EVERY = 8 };
static const int64_t second_ns = 1000000000;
static const int64_t patience_ns = 10 * 1000000000LL;

struct connection {
    int fd;
    bool busy;
    unsigned step;  // which of the job's forms
    struct fill fill;
    int64_t due_ns;
    struct buffer out;
    size_t sent;
    struct buffer in;
    struct reply reply;
};

struct line {
    const char *text;
    size_t len;
};

struct load {
    struct options options;
    int epoll;
    struct connection *connections;
    struct connection **idle;
    unsigned idle_count;
    struct form *forms[FORMS_MAX];
    struct form *contains;
    struct line *values;
    FILE *save;
    uint64_t jobs;  // begun
    uint64_t random;
    int64_t next_due_ns;
    bool stopping;
    bool dead;  // the server takes no connections any more
    struct counts counts;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench-load: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * second_ns + now.tv_nsec;
}

static uint64_t random_next(struct load *load)
{
    load->random ^= load->random >> 12;
    load->random ^= load->random << 25;
    load->random ^= load->random >> 27;
    return load->random * 2685821657736338717ULL;
}

// Time between two jobs that fall due independently of each other.
static int64_t random_gap_ns(struct load *load)
{
    double unit = ((double)(random_next(load) >> 11) + 1) / 9007199254740993.0;
    return (int64_t)(-log(unit) / load->options.rate * 1e9);
}

static bool connection_open(struct load *load, struct connection *connection)
{
    int one = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(load->options.port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0) {
        die("socket");
    }
    if (connect(connection->fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(connection->fd);
        connection->fd = -1;
        load->dead = true;
        return false;
    }
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
        die("epoll");
    }
    return true;
}

static void watch(struct load *load, struct connection *connection, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};
    if (epoll_ctl(load->epoll, EPOLL_CTL_MOD, connection->fd, &event) != 0) {
        die("epoll");
    }
}

// Sends what is left of the request; false when the connection is gone.
static bool send_rest(struct load *load, struct connection *connection, bool watched)
{
    while (connection->sent < connection->out.len) {
        ssize_t n = send(connection->fd, connection->out.bytes + connection->sent,
                         connection->out.len - connection->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            if (!watched) {
                watch(load, connection, EPOLLIN | EPOLLOUT);
            }
            return true;
        }
        if (n < 0) {
            return false;
        }
        connection->sent += (size_t)n;
    }
    if (watched) {
        watch(load, connection, EPOLLIN);
    }
    return true;
}

static void connection_lost(struct load *load, struct connection *connection)
{
    close(connection->fd);
    if (connection->busy) {
        load->counts.broken++;
        connection->busy = false;
    } else {
        load->counts.reconnects++;
    }
    connection->in.len = 0;
    connection->reply = (struct reply){0};
    (void)connection_open(load, connection);
}

static void send_step(struct load *load, struct connection *connection)
{
    connection->out.len = 0;
    connection->sent = 0;
    connection->in.len = 0;
    connection->reply = (struct reply){0};
    form_render(load->forms[connection->step], &connection->fill, &connection->out);
    // When it fails, the next event of this socket says that the connection is gone.
    (void)send_rest(load, connection, false);
}

static void begin_job(struct load *load, struct connection *connection, int64_t due_ns)
{
    const struct options *options = &load->options;
    uint64_t item = options->random ? random_next(load) : load->jobs;
    if (options->count > 0) {
        item %= options->count;
    }
    connection->fill = (struct fill){.number = options->first + item, .job = load->jobs};
    if (load->values != NULL) {
        connection->fill.value = load->values[item].text;
        connection->fill.value_len = load->values[item].len;
    }
    load->jobs++;
    connection->busy = true;
    connection->step = 0;
    connection->due_ns = due_ns;
    send_step(load, connection);
}

static bool is_right(struct load *load, const struct connection *connection)
{
    static struct buffer wanted;
    if (connection->reply.status != load->options.status) {
        return false;
    }
    if (load->contains == NULL || load->counts.requests % SAMPLE_EVERY != 0) {
        return true;
    }
    wanted.len = 0;
    form_render(load->contains, &connection->fill, &wanted);
    const struct buffer *in = &connection->in;
    return memmem(in->bytes + connection->reply.head_len, in->len - connection->reply.head_len,
                  wanted.bytes, wanted.len) != NULL;
}

static void save_id(struct load *load, const struct connection *connection)
{
    static const char key[] = "\"id\":\"";
    const struct buffer *in = &connection->in;
    const char *at = memmem(in->bytes, in->len, key, strlen(key));
    const char *end = at == NULL ? NULL
                                 : memchr(at + strlen(key), '"',
                                          (size_t)(in->bytes + in->len - at) - strlen(key));
    if (end != NULL) {
        at += strlen(key);
        fprintf(load->save, "%llu\t%.*s\n", (unsigned long long)connection->fill.number,
                (int)(end - at), at);
    }
}

static void account(struct load *load, const struct connection *connection, int64_t now)
{
    struct counts *counts = &load->counts;
    const struct reply *reply = &connection->reply;
    if (!is_right(load, connection)) {
        if (counts->wrong++ == 0) {
            snprintf(counts->first_wrong, sizeof(counts->first_wrong), "%.*s",
                     (int)connection->in.len, connection->in.bytes);
        }
    } else if (load->save != NULL) {
        save_id(load, connection);
    }
    counts->body_min = counts->requests == 0 || reply->body_len < counts->body_min
                           ? reply->body_len
                           : counts->body_min;
    counts->body_max = reply->body_len > counts->body_max ? reply->body_len : counts->body_max;
    counts->body_bytes += reply->body_len;
    counts->statuses[reply->status > 0 && reply->status < STATUS_MAX ? reply->status : 0]++;
    counts->requests++;
    histogram_add(&counts->histogram, now - connection->due_ns);
}

static bool may_begin(const struct load *load)
{
    return !load->stopping && !load->dead &&
           (load->options.jobs == 0 || load->jobs < load->options.jobs);
}

// The connection has nothing to do: closed loop begins again, open loop waits for what falls due.
static void connection_free(struct load *load, struct connection *connection, int64_t now)
{
    if (load->options.rate <= 0 && may_begin(load)) {
        begin_job(load, connection, now);
    } else {
        load->idle[load->idle_count++] = connection;
    }
}

static void finish_reply(struct load *load, struct connection *connection)
{
    int64_t now = now_ns();
    account(load, connection, now);
    if (connection->reply.close) {
        connection->busy = false;
        connection_lost(load, connection);
        if (connection->fd >= 0) {
            connection_free(load, connection, now);
        }
        return;
    }
    if (++connection->step < load->options.form_count) {
        connection->due_ns = now;
        send_step(load, connection);
        return;
    }
    connection->busy = false;
    connection_free(load, connection, now);
}

static void receive(struct load *load, struct connection *connection)
{
    struct buffer *in = &connection->in;
    buffer_reserve(in, READ_BYTES);
    ssize_t n = recv(connection->fd, in->bytes + in->len, in->cap - in->len, 0);
    if (n < 0 && errno == EAGAIN) {
        return;
    }
    bool was_busy = connection->busy;
    enum reply_state state = REPLY_BROKEN;
    if (n > 0) {
        in->len += (size_t)n;
        state = reply_parse(in->bytes, in->len, &connection->reply);
    }
    if (state == REPLY_DONE) {
        finish_reply(load, connection);
    } else if (state == REPLY_BROKEN) {
        connection_lost(load, connection);
        if (was_busy && connection->fd >= 0) {
            connection_free(load, connection, now_ns());
        }
    }
}

static void begin_due(struct load *load, int64_t now)
{
    while (load->idle_count > 0 && load->next_due_ns <= now && may_begin(load)) {
        begin_job(load, load->idle[--load->idle_count], load->next_due_ns);
        load->next_due_ns += random_gap_ns(load);
    }
}

static int64_t wait_ns(const struct load *load, int64_t now)
{
    int64_t wait = second_ns / 20;
    if (load->options.rate > 0 && load->idle_count > 0 && load->next_due_ns - now < wait) {
        wait = load->next_due_ns > now ? load->next_due_ns - now : 0;
    }
    return wait;
}

static unsigned busy_count(const struct load *load)
{
    unsigned count = 0;
    for (unsigned at = 0; at < load->options.connections; at++) {
        count += load->connections[at].busy;
    }
    return count;
}

static void run(struct load *load)
{
    struct epoll_event events[EVENTS_MAX];
    const struct options *options = &load->options;
    int64_t start = now_ns();
    int64_t end = options->seconds > 0 ? start + (int64_t)(options->seconds * 1e9) : INT64_MAX;
    int64_t stopped = 0;
    load->next_due_ns = start;
    for (unsigned at = 0; at < options->connections && load->connections[at].fd >= 0; at++) {
        connection_free(load, &load->connections[at], now_ns());
    }
    for (;;) {
        int64_t now = now_ns();
        if (stopped == 0 && (now >= end || !may_begin(load))) {
            load->stopping = true;
            stopped = now;
        }
        if (options->rate > 0) {
            begin_due(load, now);
        }
        if (stopped > 0 && (busy_count(load) == 0 || now > stopped + patience_ns)) {
            break;
        }
        int64_t wait = wait_ns(load, now);
        struct timespec timeout = {wait / second_ns, wait % second_ns};
        int count = epoll_pwait2(load->epoll, events, EVENTS_MAX, &timeout, NULL);
        for (int at = 0; at < count; at++) {
            struct connection *connection = events[at].data.ptr;
            if (events[at].events & EPOLLOUT) {
                (void)send_rest(load, connection, true);
            }
            if (events[at].events & ~(uint32_t)EPOLLOUT) {
                receive(load, connection);
            }
        }
    }
    load->counts.elapsed_ns = now_ns() - start;
    load->counts.unanswered = busy_count(load);
}

static void load_values(struct load *load, const char *path)
{
    FILE *file = fopen(path, "r");
    size_t cap = 0;
    char *text = NULL;
    size_t text_cap = 0;
    ssize_t len = 0;
    uint64_t count = 0;
    if (file == NULL) {
        die(path);
    }
    while ((len = getline(&text, &text_cap, file)) > 0) {
        if (count == cap) {
            cap = cap == 0 ? 1024 : cap * 2;
            load->values = realloc(load->values, cap * sizeof(*load->values));
            if (load->values == NULL) {
                die("memory");
            }
        }
        len -= text[len - 1] == '\n';
        load->values[count++] = (struct line){strndup(text, (size_t)len), (size_t)len};
    }
    free(text);
    fclose(file);
    if (count == 0) {
        errno = ENODATA;
        die(path);
    }
    if (load->options.count == 0 || load->options.count > count) {
        load->options.count = count;
    }
}

static void prepare(struct load *load)
{
    const struct options *options = &load->options;
    for (unsigned at = 0; at < options->form_count; at++) {
        load->forms[at] = form_load(options->forms[at]);
    }
    if (options->contains != NULL) {
        load->contains = form_of_text(options->contains);
    }
    if (options->values != NULL) {
        load_values(load, options->values);
    }
    if (options->save != NULL && (load->save = fopen(options->save, "w")) == NULL) {
        die(options->save);
    }
    load->random = options->seed * 0x9E3779B97F4A7C15ULL;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->connections = calloc(options->connections, sizeof(*load->connections));
    load->idle = calloc(options->connections, sizeof(struct connection *));
    if (load->epoll < 0 || load->connections == NULL || load->idle == NULL) {
        die("memory");
    }
    prctl(PR_SET_TIMERSLACK, 1UL);
    for (unsigned at = 0; at < options->connections; at++) {
        if (!connection_open(load, &load->connections[at])) {
            die("the server takes no connections");
        }
    }
}

int main(int argc, char **argv)
{
    static struct load load;
    options_parse(argc, argv, &load.options);
    prepare(&load);
    run(&load);
    counts_print(&load.counts, stdout);
    if (load.save != NULL && fclose(load.save) != 0) {
        die("--save");
    }
    return EXIT_SUCCESS;
}
