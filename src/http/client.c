// client.c: one request out over libcurl's multi interface, which is what a wait that can be
// given up needs.
// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include "base/text.h"

#include <curl/curl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct http_client {
    struct http_client_options options;
    char *user_agent;
    CURLM *multi;
    CURL *easy;
};

// What one call collects.
struct call_state {
    struct http_client *client;
    struct roster_arena *arena;
    struct http_answer *answer;
    struct text body;
    size_t head_bytes;
    bool too_large;
    bool no_memory;
    bool bad_header;
    char kept_from[NI_MAXHOST];  // the address that may not be connected to; empty: none
};

struct http_client *http_client_open(const struct http_client_options *options,
                                     struct roster_error *err)
{
    assert(options->timeout_ms > 0 && options->body_max > 0);
    struct http_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        fail_memory(err);
        return NULL;
    }
    client->options = *options;
    client->user_agent = strdup(options->user_agent);
    bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    client->multi = ready ? curl_multi_init() : NULL;
    client->easy = ready ? curl_easy_init() : NULL;
    if (client->user_agent == NULL || client->multi == NULL || client->easy == NULL) {
        http_client_close(client);
        fail_memory(err);
        return NULL;
    }
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)CLIENT_CONNECTIONS_MAX);
    return client;
}

void http_client_close(struct http_client *client)
{
    if (client == NULL) {
        return;
    }
    curl_easy_cleanup(client->easy);
    curl_multi_cleanup(client->multi);
    free(client->user_agent);
    free(client);
    curl_global_cleanup();
}

// libcurl calls this with each line of a head, once for each head: 100 Continue has one too.
static size_t take_header(char *data, size_t size, size_t count, void *ctx)
{
    struct call_state *call = ctx;
    struct http_answer *answer = call->answer;
    str line = {data, size * count};
    call->head_bytes += line.len;
    if (call->head_bytes > CLIENT_HEAD_MAX) {
        call->too_large = true;
        return 0;
    }
    if (str_starts_nocase(line, STR("HTTP/"))) {
        answer->header_count = 0;
        return line.len;
    }
    str name = {0};
    str value = {0};
    while (line.len > 0 && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r')) {
        line.len--;
    }
    if (str_cut(line, ':', &name, &value) && answer->header_count < HTTP_HEADERS_MAX) {
        struct http_header *header = &answer->headers[answer->header_count++];
        call->no_memory = !arena_copy(call->arena, name, &header->name) ||
                          !arena_copy(call->arena, str_trim(value), &header->value);
    }
    return call->no_memory ? 0 : size * count;
}

static size_t take_body(char *data, size_t size, size_t count, void *ctx)
{
    struct call_state *call = ctx;
    size_t len = size * count;
    if (call->body.len + len > call->client->options.body_max) {
        call->too_large = true;
        return 0;
    }
    text_add(&call->body, (str){data, len});
    call->no_memory = call->body.full;
    return call->no_memory ? 0 : len;
}

// A list that grew, or NULL when it could not; the old one is freed then. What holds a line end
// would become another header.
static struct curl_slist *list_add(struct call_state *call, struct curl_slist *list,
                                   const struct http_header *header)
{
    char line[TOKEN_TEXT_MAX + 256];
    // libcurl wants an empty value written with a semicolon.
    int len = snprintf(line, sizeof(line), "%.*s%s%.*s", STR_ARGS(header->name),
                       header->value.len > 0 ? ": " : ";", STR_ARGS(header->value));
    bool fits = len > 0 && (size_t)len < sizeof(line) && strpbrk(line, "\r\n") == NULL &&
                strlen(line) == (size_t)len;
    call->bad_header = !fits;
    struct curl_slist *longer = fits ? curl_slist_append(list, line) : NULL;
    if (longer == NULL) {
        curl_slist_free_all(list);
    }
    return longer;
}

// libcurl adds these by itself; a colon without a value takes them away.
static struct curl_slist *own_headers(void)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    struct curl_slist *more = list != NULL ? curl_slist_append(list, "Accept:") : NULL;
    struct curl_slist *all = more != NULL ? curl_slist_append(more, "Content-Type:") : NULL;
    if (all == NULL) {
        curl_slist_free_all(list);
    }
    return all;
}

static struct curl_slist *header_list(struct call_state *call, const struct http_request *request)
{
    struct curl_slist *list = own_headers();
    for (size_t i = 0; list != NULL && i < request->header_count; i++) {
        list = list_add(call, list, &request->headers[i]);
    }
    return list;
}

static void set_body(CURL *easy, const struct http_request *request)
{
    if (!request->has_body) {
        return;
    }
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.len > 0 ? request->body.ptr : "");
}

// The last word about an address is here, where it is the one that is connected to: what a name
// meant when somebody else looked counts for nothing.
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct call_state *call = ctx;
    const struct http_client_options *options = &call->client->options;
    char numeric[NI_MAXHOST] = "?";
    if (getnameinfo(&address->addr, address->addrlen, numeric, sizeof(numeric), NULL, 0,
                    NI_NUMERICHOST) != 0 ||
        !options->may_connect(options->ctx, numeric)) {
        memcpy(call->kept_from, numeric, sizeof(numeric));
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void set_reach(struct call_state *call, CURL *easy)
{
    if (call->client->options.may_connect != NULL) {
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
    }
}

static void set_options(struct call_state *call, const struct http_request *request,
                        const char *url, const char *method)
{
    const struct http_client_options *options = &call->client->options;
    CURL *easy = call->client->easy;
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, call->client->user_agent);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options->insecure ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options->insecure ? 0L : 2L);
    if (options->ca_path != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_path);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    set_reach(call, easy);
    set_body(easy, request);
    curl_easy_setopt(easy, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

// Until the one transfer is through. CURLE_ABORTED_BY_CALLBACK when the caller lost interest.
static CURLcode wait_for(struct http_client *client)
{
    const struct http_client_options *options = &client->options;
    for (;;) {
        int running = 0;
        int left = 0;
        if (curl_multi_perform(client->multi, &running) != CURLM_OK) {
            return CURLE_OUT_OF_MEMORY;
        }
        const CURLMsg *message = curl_multi_info_read(client->multi, &left);
        if (message != NULL && message->msg == CURLMSG_DONE) {
            return message->data.result;
        }
        if (options->cancelled != NULL && options->cancelled(options->ctx)) {
            return CURLE_ABORTED_BY_CALLBACK;
        }
        if (curl_multi_poll(client->multi, NULL, 0, CLIENT_TICK_MS, NULL) != CURLM_OK) {
            return CURLE_OUT_OF_MEMORY;
        }
    }
}

static enum http_sent sent_of(CURLcode code)
{
    static const struct {
        CURLcode code;
        enum http_sent sent;
    } rows[] = {
        {CURLE_OK, HTTP_SENT},
        {CURLE_UNSUPPORTED_PROTOCOL, HTTP_SENT_BAD_REQUEST},
        {CURLE_URL_MALFORMAT, HTTP_SENT_BAD_REQUEST},
        {CURLE_COULDNT_RESOLVE_HOST, HTTP_SENT_NO_HOST},
        {CURLE_COULDNT_RESOLVE_PROXY, HTTP_SENT_NO_HOST},
        {CURLE_COULDNT_CONNECT, HTTP_SENT_NO_CONNECT},
        {CURLE_OPERATION_TIMEDOUT, HTTP_SENT_LATE},
        {CURLE_SSL_CONNECT_ERROR, HTTP_SENT_TLS},
        {CURLE_PEER_FAILED_VERIFICATION, HTTP_SENT_TLS},
        {CURLE_SSL_CERTPROBLEM, HTTP_SENT_TLS},
        {CURLE_SSL_CIPHER, HTTP_SENT_TLS},
        {CURLE_SSL_CACERT_BADFILE, HTTP_SENT_TLS},
        {CURLE_SSL_ISSUER_ERROR, HTTP_SENT_TLS},
        {CURLE_OUT_OF_MEMORY, HTTP_SENT_NO_MEMORY},
        {CURLE_ABORTED_BY_CALLBACK, HTTP_SENT_CANCELLED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].code == code) {
            return rows[i].sent;
        }
    }
    return HTTP_SENT_BROKEN;
}

static enum http_sent explain(const struct call_state *call, CURLcode code,
                              struct roster_error *err)
{
    const struct http_client_options *options = &call->client->options;
    if (call->too_large) {
        fail(err, ROSTER_ERR_TOO_LARGE, 0, "the answer is larger than %zu bytes",
             options->body_max);
        return HTTP_SENT_TOO_LARGE;
    }
    if (call->bad_header) {
        fail(err, ROSTER_ERR_BAD_REQUEST, 0, "a header has a line end in it, or is too long");
        return HTTP_SENT_BAD_REQUEST;
    }
    if (call->no_memory || code == CURLE_OUT_OF_MEMORY) {
        fail_memory(err);
        return HTTP_SENT_NO_MEMORY;
    }
    if (code != CURLE_OK && call->kept_from[0] != '\0') {
        fail(err, ROSTER_ERR_FORBIDDEN, 0, "the address %.60s is not one that may be asked",
             call->kept_from);
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "no whole answer within %d ms", options->timeout_ms);
    } else if (code == CURLE_ABORTED_BY_CALLBACK) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "interrupted");
    } else if (code != CURLE_OK) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "%s", curl_easy_strerror(code));
    }
    return sent_of(code);
}

static CURLcode perform(struct call_state *call, const struct http_request *request,
                        const char *url, const char *method)
{
    struct http_client *client = call->client;
    struct curl_slist *list = header_list(call, request);
    if (list == NULL) {
        return CURLE_OUT_OF_MEMORY;
    }
    set_options(call, request, url, method);
    curl_easy_setopt(client->easy, CURLOPT_HTTPHEADER, list);
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (curl_multi_add_handle(client->multi, client->easy) == CURLM_OK) {
        code = wait_for(client);
        curl_multi_remove_handle(client->multi, client->easy);
    }
    curl_slist_free_all(list);
    return code;
}

enum http_sent http_client_call(struct http_client *client, const struct http_request *request,
                                struct roster_arena *arena, struct http_answer *out,
                                struct roster_error *err)
{
    struct call_state call = {.client = client, .arena = arena, .answer = out};
    str url = {0};
    str method = {0};
    *out = (struct http_answer){0};
    text_init(&call.body, arena, client->options.body_max);
    if (!arena_copy(arena, request->url, &url) || !arena_copy(arena, request->method, &method)) {
        fail_memory(err);
        return HTTP_SENT_NO_MEMORY;
    }
    CURLcode code = perform(&call, request, url.ptr, method.ptr);
    if (code == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
        out->status = (int)status;
        out->body = text_str(&call.body);
    }
    return explain(&call, code, err);
}

bool http_answer_header(const struct http_answer *answer, str name, str *value)
{
    for (size_t i = 0; i < answer->header_count; i++) {
        if (str_equal_nocase(answer->headers[i].name, name)) {
            *value = answer->headers[i].value;
            return true;
        }
    }
    return false;
}
