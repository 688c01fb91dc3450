// base/limits.h: every limit of the product, each with its reason.
//
// Who needs a number that bounds a loop, a queue, a buffer or a depth takes it from here.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define KIB(n) ((size_t)(n)*1024)
#define MIB(n) ((size_t)(n)*1024 * 1024)

// Memory of one request. A create needs 20 KiB; 1,000 members in one PATCH 1.5 MiB.
#define ARENA_BLOCK_BYTES KIB(64)  // what an idle arena keeps: covers all everyday requests
#define ARENA_REQUEST_MAX MIB(64)  // 100,000 members in one body, parsed, with their edges

// HTTP (P-106). Connection pools are 16 KiB, and the head has to fit into one.
#define HTTP_BODY_MAX MIB(16)   // 100,000 members by id are 5 MB
#define HTTP_TARGET_MAX KIB(8)  // common limit of proxies
#define PROXIES_MAX 64          // addresses and networks: the lists of large providers have 25
#define PROXY_HOPS_MAX 16       // proxies behind one another that are believed
#define HTTP_POOL_BYTES KIB(16)
#define HTTP_CONNECTIONS_MAX 4096  // a loop; 16 KiB each
#define HTTP_IDLE_S 75             // longer than the keep-alive of the usual proxies
#define HTTP_REPLY_MAX MIB(48)     // a page of 200 large users; larger replies are streamed
#define HTTP_HEADERS_MAX 100       // fields of one request
#define HTTP_HANDSHAKE_S 15        // from a connection to its first request line, with TLS
#define HTTP_HEAD_S 10             // from the request line to the end of the head
#define HTTP_GRACE_S 20            // that a body or reply may take before its speed counts
#define HTTP_RATE_MIN KIB(8)       // bytes a second, then: 16 MiB take half an hour
#define HTTP_BODY_INLINE KIB(16)   // longer bodies get memory beside the arena
#define HTTP_BODIES_MAX MIB(256)   // such memory of a loop; then 503
#define HTTP_ARENAS_IDLE 64        // arenas a loop keeps: 64 KiB each
#define HTTP_STREAM_BYTES KIB(32)  // a piece of a streamed reply
#define HTTP_BACKLOG 1024          // connections that wait to be accepted
#define HTTP_ACCEPTS_MAX 64        // accepted in one pass: requests under way wait for them
#define HTTP_ACCEPT_PAUSE_MS 100   // without file descriptors; then another try
#define HTTP_LAST_MS 200           // for the 503s of requests that outlived the drain

// TLS of the listener
#define TLS_FILE_MAX KIB(64)  // of a chain or a key: a long chain has 12 KiB
#define TLS_CHAIN_MAX 10      // certificates: public chains have two to four
#define CERTIFICATE_SUBJECT_MAX                                                                    \
    255                             // bytes of a name that are kept to be shown, or to be looked up
#define CERTIFICATE_NAMES_MAX 32    // names of a client certificate that are looked up: it has one
#define CLIENT_CHAIN_MAX 5          // certificates of a client: its own, and some above it
#define CLIENT_CHAIN_BYTES KIB(16)  // of them all, kept as long as the connection
#define AUTHORITY_CERTIFICATES_MAX 4  // of one binding: an authority, and the one that follows it
#define AUTHORITY_BYTES_MAX KIB(16)   // of them, in PEM
#define AUTHORITIES_MAX 64            // bindings that one client certificate is compared with
#define SERVE_TICK_MS 2000            // between two looks at the files, and at free memory
#define TLS_EXPIRY_WARN_DAYS 14       // that are left: renewals come at 30, so that one has failed

// HTTP out, and the probe of other servers
#define CLIENT_HEAD_MAX KIB(64)   // an answer's head: eight times what servers send
#define CLIENT_TICK_MS 100        // between two looks whether the caller has lost interest
#define CLIENT_CONNECTIONS_MAX 4  // kept for the next call
#define PROBE_REPLY_MAX MIB(8)    // a page of 1,000 large users; an endless body ends here
#define PROBE_TIMEOUT_MS 10000    // of one answer; a person waits for no longer
#define PROBE_TIMEOUT_S_MAX 600   // that may be asked for
#define PROBE_FAILURES_MAX 3      // calls in a row without an answer: the server is gone
#define PROBE_MADE_MAX 1000       // resources that a run may make: it makes about 200
#define PROBE_CHECK_MADE_MAX 8    // those of one check: the variables $id1 to $id8
#define PROBE_PAGES_MAX 50        // pages that a check reads: it has three resources to find
#define PROBE_SHOWN_MAX 160       // bytes of an untrusted text in a line
#define PROBE_RESULTS_MAX MIB(4)  // what is remembered of a run: 200 checks with two lines each
#define TOKEN_TEXT_MAX KIB(8)     // a bearer token: access tokens of large companies have 4 KiB

// JSON
#define JSON_DEPTH_MAX 64      // RFC 7643 needs 4; recursion over a tree stays harmless
#define JSON_PROBES_MAX 8000   // collisions among them: honest names have a few hundred
#define JSON_MEMBERS_MAX 2000  // members of one object: no schema comes near

// Schemas that are loaded, and values under them
#define SCHEMA_READ_BYTES MIB(4)      // memory to read one built-in schema: 24 KB of JSON
#define POLICIES_TENANT_MAX 100       // sources with a policy of one tenant: each write reads all
#define POLICY_WORDS_MAX 64           // domains, or owned attributes, of one source
#define DOMAIN_NAME_MAX 253           // RFC 1035 section 3.1
#define ROLES_TENANT_MAX 1000         // roles, and entitlements, of one tenant: a list shows all
#define ROLES_DEPTH_MAX 16            // roles inside each other: a walk up reads each
#define ROLE_TEXT_MAX 256             // bytes of a role's value, name or type
#define MADE_OCTETS 32                // random octets of a made secret; RFC 9944: 500 bytes at most
#define SCHEMA_URI_MAX 255            // bytes of a schema URI: it is a key of every resource
#define SCHEMA_NAME_MAX 128           // bytes of an attribute name
#define SCHEMA_ATTRS_MAX 500          // attributes, or sub-attributes of one: User has 22
#define SCHEMA_TEXT_MAX KIB(4)        // bytes of a description or a canonical value
#define SCHEMA_WORDS_MAX 1000         // canonical values, or reference types, of one attribute
#define SCHEMA_ATTRS_ALL_MAX 2000     // attributes of one schema with their sub-attributes
#define SCHEMA_DOCUMENT_MAX KIB(256)  // bytes of one schema a tenant adds: User has 24 KB
#define SCHEMA_FILE_MAX MIB(1)        // bytes of one file of schemas, and of all of one tenant
#define SCHEMAS_TENANT_MAX 100        // schemas of one tenant: paths are looked for in all of them
#define TYPES_TENANT_MAX 30           // resource types of one tenant: a search at the base asks all
#define EXTENSIONS_TYPE_MAX 50        // extensions of one resource type
#define INDEXES_TENANT_MAX 50         // declared by one tenant: each is a row more for every write
#define REGISTRIES_KEPT 256           // registries of tenants that are kept between requests
#define REGISTRY_BYTES_MAX MIB(64)    // memory of one tenant's registry: 1 MB of schemas take 20
#define NUMBER_DIGITS_MAX 64      // digits that count in a number: four times what P-012 asks for
#define NUMBER_EXPONENT_MAX 9999  // power of ten: far beyond any double
#define FOLD_MARKS_MAX 30         // combining marks in a row (UAX 15, stream-safe text)

// Filters and paths (P-173)
#define FILTER_TERMS_MAX 256
#define FILTER_DEPTH_MAX 32
#define FILTER_TEXT_MAX KIB(8)
// What evaluating costs is counted in steps, so that it is bounded on any machine: a term that is
// looked at is one, and so are these bytes of a value or document. A million are 0.05 to 0.1 s.
#define FILTER_STEP_BYTES 64
#define SEARCH_STEPS_MAX INT64_C(50000000)  // of one search on a worker: a million users; 2 to 4 s
#define SEARCH_STEPS_INLINE 20000           // and on a loop thread, which leaves the rest: 2 ms

#define PROJECTION_NAMES_MAX 500  // names in attributes or excludedAttributes: all of a schema

// PATCH (P-251)
#define PATCH_OPERATIONS_MAX 10000
#define PATCH_VISITS_MAX 5000000  // values, and terms of filters, that one PATCH looks at: 0.5 s
#define EDGES_STEPS_MAX INT64_C(5000000)  // terms that it asks of members: a million, and a filter
#define VALUE_STEPS_MAX 10000000  // slots passed over in a table of values: honest keys take two
#define EDGES_REQUEST_MAX 100000  // edges that one request may change: one transaction of 0.1 s

// Bulk (P-260)
#define BULK_OPERATIONS_MAX 1000  // bulk.maxOperations; maxPayloadSize is HTTP_BODY_MAX
#define BULK_METHOD_MAX 16        // bytes of a method
#define BULK_VERSION_MAX KIB(1)   // bytes of a version: a list of tags
#define BULK_PROBES_MAX 200000    // collisions among the bulkIds of a job: milliseconds
#define BULK_SLICE_OPERATIONS 64  // of one job in one turn of the writer
#define BULK_SLICE_BYTES                                                                           \
    MIB(2)  // memory of what is prepared, from which on it is enough: 64 creates
#define BULK_REPLY_BYTES KIB(16)  // that an operation's result may take: its path is the most
#define BULK_JOBS_MAX 32          // under way at a time; then 503
#define BULK_BYTES_MAX MIB(512)   // of memory that they may come to take, by their bodies; then 503
#define BULK_TREE_FACTOR 10       // times its text is what an ordinary operation takes to be read

// Rates. An identity provider's first cycle sends tens of requests a second, and no test suite or
// gallery asks for less than 25 (bursts of 100). Fair queues keep tenants apart; the default only
// ends floods, and no migration that waits for its answers is ever told to wait.
#define RATE_PER_S 10000                    // of one tenant, unless it is set
#define RATE_BURST 20000                    // twenty bulk jobs of the largest size
#define RATE_BURST_MIN 100                  // of a rate that is set without a burst
#define RATE_MAX 1000000                    // that may be set: more than all processors serve
#define RATE_UNITS_MAX BULK_OPERATIONS_MAX  // requests that one request may count as
#define GUESSES_PER_S 10      // failed credentials of one address: a client whose token has expired
#define GUESSES_BURST 100     // is told so at its usual pace
#define STRANGERS_PER_S 50    // requests of one address that need no credential: a scraper sends
#define STRANGERS_BURST 1000  // one in some seconds; this many cost a hundredth of a processor
#define GUESSES_MAX 4096      // addresses that are remembered: 64 KB
#define SHARES_CHAINS 4096    // of the table of tenants: 32 KB
#define QUOTA_MAX 1000000000  // users or groups that a tenant may be given
#define RETRY_AFTER_S 5       // about the time in which a full queue empties
#define METRICS_BYTES_MAX MIB(1)  // 10,000 tenants that were throttled

// Lists
#define PAGE_DEFAULT 100
#define PAGE_MAX 200            // filter.maxResults
#define PAGE_DEPTH_INLINE 1000  // rows that a loop thread skips itself; deeper goes to a worker
#define COUNT_INLINE_MAX 1000   // rows that a loop thread counts itself
#define COLLECT_INLINE_MAX 100  // candidates that a loop thread parses itself: half a millisecond
#define SORT_KEY_MAX 260        // bytes of a value that decide its place in an order; an id has 257
#define CURSOR_TIMEOUT_S 3600   // between two pages: pagination.cursorTimeout (RFC 9865 section 4)
#define CURSOR_TEXT_MAX 512     // with the longest key 421; longer ones are none of ours
#define WALKS_SETS 512          // of WALKS_WAYS places where a walk by index goes on: 1.5 MB
#define WALKS_WAYS 8            // walks of one query with one token that are at the same index
#define WALK_MS 600000          // that such a place is remembered: ten minutes
#define SCAN_MS_MAX 2000        // a scan on a worker: then 400 tooMany
#define SCAN_STEPS_MAX INT64_C(200000000)  // of SQLite's machine: about as long, on any machine
#define SORT_ROWS_MAX 200000               // rows sorted in memory: 40 MB of keys
#define GROUPS_DEPTH_MAX 16                // nesting that User.groups follows
#define GROUPS_USER_MAX 5000               // groups shown in one user
#define GROUPS_LINKS_MAX 50000  // edges between nested groups that a loop thread follows: 10 ms
#define GROUPS_LINKS_WORKER_MAX 150000  // and a worker: 50 MB when all are of different groups
#define MEMBERS_INLINE_MAX 1000         // members that a loop thread reads itself for one resource
#define MEMBERS_PAGE_MAX 5000           // and for a whole page of groups: one millisecond
#define MEMBERS_FILTER_MAX 10000        // members that an in-memory filter looks at in one group

// Writer
#define BATCH_REQUESTS_MAX 256
#define BATCH_US_MAX 5000
#define QUEUE_REQUESTS_MAX 4096  // waiting writes: about one second of work; then 503
#define WORKERS_COUNT 3
#define WORKER_NICE 5         // workers give way to loops and the writer: a third of their weight
#define CROWD_PART 4          // a tenant may use a quarter of a loop for pages …
#define CROWD_AHEAD_US 10000  // … and be so far ahead of that, while others …
#define CROWD_MIXED_US INT64_C(1000000)  // … have asked this loop within a second
#define WORKERS_TENANT_MAX 2             // that run for one tenant: one is always there for another
#define WORKER_QUEUE_MAX 1024

// Guard
#define GUARD_COUNT_MAX 1000000000  // of a budget: more than any tenant has
#define GUARD_WINDOW_MIN_S 60       // of a budget: shorter ones stop nobody
#define GUARD_WINDOW_MAX_S 7776000  // 90 days: a quarter
#define GUARD_BUCKETS 24            // parts of a window: what was spent counts up to a part longer
#define GUARD_BUCKETS_MAX 27        // that overlap a window, with one that began before it
#define GUARD_RETRY_S_MAX 300       // Retry-After: Okta tries ten times, Entra stops the whole job
#define GUARD_TELL_MS INT64_C(3600000)  // between two events of one source that keeps trying

// Silence of sources
#define SILENCE_DAYS 14     // days with calls that are remembered: two weekends
#define SILENCE_DAYS_MIN 3  // from which on something is known
#define SILENCE_FACTOR 5    // times the usual that are an alarm: a weekend is four nights
#define SILENCE_FLOOR_MS INT64_C(3600000)  // nobody is missed for less
#define SILENCE_MIN_MS INT64_C(300000)     // shortest that may be set: uses are noted by the minute
#define SILENCE_AWAY_MS INT64_C(1800000)   // from which on a time without a server counts as one
#define SILENCE_SERVED_MS INT64_C(600000)  // between two notes that the server runs
#define SILENCE_LOOKS_MAX 200              // sources in one look: 10 ms

// Passwords (RFC 9106, by the advice of OWASP): each worker hashes one at a time
#define PASSWORD_MEMORY_KIB 19456
#define PASSWORD_PASSES 2
#define PASSWORD_LANES 1
#define PASSWORD_LEN_MAX 1024  // bytes of a password

// Credentials
#define SCOPES_MAX 16             // of one credential: more types than most tenants have
#define SCOPES_TEXT_MAX 512       // bytes of them as text
#define ACCESS_SECONDS_MIN 3600   // an access token of a client lives: what providers expect
#define ACCESS_SECONDS_MAX 21600  // and no longer: what a thief may still do with it
#define ACCESS_TEXT_MAX KIB(1)    // bytes of one: 749 with the longest scopes
#define OAUTH_FORM_MAX KIB(16)    // body of a request for one: an assertion of 8 KiB fits in
#define FORM_FIELDS_MAX 64        // parameters of that body: five have a meaning
#define BASIC_TEXT_MAX 512        // behind "Basic": a client's id and secret take 92, escaped 268
#define ISSUER_URL_MAX 512        // bytes of an issuer's name or of the URL of its keys
#define ISSUER_TEXT_MAX 256       // of an audience, a subject, or a claim's name or value
#define ISSUER_CLAIMS_MAX 8       // claims that a token must have: tenant, application, roles
#define ISSUERS_MAX 64            // bindings of one issuer that a token is compared with
#define JWT_TEXT_MAX TOKEN_TEXT_MAX
#define JWT_SKEW_MS 60000                  // that the clock of an issuer may be off
#define JWT_LIFE_MS_MAX INT64_C(86400000)  // a token that lives longer is no short-lived one
#define JWK_MEMBER_MAX KIB(2)              // base64url: a modulus of 8192 bits has 1366 bytes
#define JWKS_KEYS_MAX 64                   // keys of one issuer: large ones publish ten
#define JWKS_BYTES_MAX KIB(256)            // of their document: 64 keys with their certificates
#define KEYS_ARENA_MAX MIB(8)              // to read one: its tree and what is decoded
#define KID_TEXT_MAX 255                   // bytes of a key's id
#define RSA_BITS_MAX 8192                  // checking costs their square
#define KEY_SOURCES_MAX 1024        // documents that are remembered, 17 KiB each with all keys
#define KEYS_TIMEOUT_MS 5000        // of one fetch: a client waits for no longer
#define KEYS_FLOOR_S 60             // between two fetches of one document
#define KEYS_FLOOR_DOUBLED_MAX 4    // then 2, 4, 8 and 16 minutes while it cannot be had
#define KEYS_FRESH_S 3600           // a document that does not say for how long
#define KEYS_CEILING_S 86400        // and at most: a key that was taken back counts for no longer
#define KEYS_KEEP_S 259200          // without an answer of the issuer: over a weekend
#define KEYS_FILE_FLOOR_S 1         // between two reads of a file
#define KEYS_WATCH_MS 2000          // between two looks whether documents are old, or files new
#define KEY_WAITERS_MAX 256         // requests that wait for keys; others get 503
#define REPLAYS_MAX 65536           // assertions that are remembered until their end
#define ASSERTIONS_TRIM_ROWS 20000  // that have ended, deleted once a minute: 333 a second
#define USES_MAX 4096               // last uses that wait to be written; others come a minute later
#define CLOCK_WRONG_MS INT64_C(600000)  // noted further ahead: by a clock that was wrong then
#define USE_NOTE_MS 60000               // between two notes of one credential by one thread
#define TEND_MS 60000         // between two looks at what waits and what ends: one transaction each
#define ENDING_ROWS_MAX 2000  // credentials that end, the soonest first, looked at each time
#define ENDING_METRICS_MAX 1000  // tenants whose next end is a metric

#define CACHE_LINE_BYTES 64  // between what two threads write

// Journal
#define JOURNAL_RING_BYTES MIB(1)     // that wait in memory, of one loop: 8,000 reads; then dropped
#define JOURNAL_WRITE_BYTES KIB(256)  // written at once: a lock and a search of the page cache each
#define JOURNAL_FLUSH_MS 250          // that a record waits at most: tail shows it within a second
#define JOURNAL_TRIM_MS INT64_C(60000)  // between looks for what is too old
#define JOURNAL_BODY_MAX KIB(128)       // of the setting journal-body: more does not fit a ring
#define JOURNAL_HEADERS_MAX 512         // bytes of the headers that are kept
#define JOURNAL_RECORD_MAX MIB(2)       // of a whole record: a body grows when it is printed anew
#define JOURNAL_COMMONS_MAX 1000        // of one block: parts that its records share
#define JOURNAL_COMMON_MAX KIB(32)      // of one: the head of a request is shorter
// A block is ended when JOURNAL_WRITE_BYTES are in it; its last record had room in any case.
#define JOURNAL_BLOCK_MAX (JOURNAL_WRITE_BYTES + JOURNAL_COMMON_MAX + JOURNAL_RECORD_MAX + KIB(1))
#define JOURNAL_REMEMBERED_MAX 1000  // of one that a loop remembers: headers are at most half
#define JOURNAL_SLOTS 64           // for those, of a loop: some clients, a few kinds of calls each
#define JOURNAL_ARENA_MAX MIB(16)  // to redact one body: its tree is 20 times as large
#define JOURNAL_SEGMENT_BYTES MIB(16)
#define JOURNAL_SEGMENTS_MAX 256           // each start makes one
#define JOURNAL_SIZE_MIB 256               // default of journal-size: two million reads
#define JOURNAL_SIZE_MAX_MIB 1048576       // a terabyte
#define JOURNAL_BODY_KIB 64                // default of journal-body: nearly every request
#define REPLAY_START_MS 60000              // for a scratch server to begin, and for each answer
#define REPLAY_TRIES_MAX 10                // of a request that is over the rate, each a second
#define REPLAY_SENDERS_MAX 64              // tenants and sources of one session
#define REPLAY_IDS_MAX 20000               // resources of one session
#define REPLAY_MEMORY_MAX MIB(64)          // for what one server is told
#define JOURNAL_LIST_MAX 10000             // records that one list shows
#define JOURNAL_AGE_MS INT64_C(604800000)  // default of journal-age: a week

// Threads of the server
#define BODY_REFUSED_MAX                                                                           \
    65536                // a refused request's body is read up to here, to keep its connection
#define REFUSED_MAX 64   // certificates that were refused, remembered by each loop …
#define REFUSED_MS 1000  // … for so long: each costs a handshake, so that signatures are few
#define ACTORS_MAX 1024  // credentials a loop remembers: 0.5 MB
#define HEAP_BYTES_KEEP MIB(2)  // free memory that each thread's heap keeps for its next requests
#define STREAMS_MAX 64          // large answers sent at a time: each holds a read connection
#define LOOPS_MAX 64
#define STORE_RETRY_S 2  // between attempts to reopen a broken store

// Store
#define INDEX_KEY_MAX 256  // bytes of a value that go into an index row
#define ID_BYTES_MAX 255   // imported ids
#define TENANT_NAME_MAX 63
#define LABEL_MAX 200
#define ADDRESS_TEXT_MAX 45      // an IPv6 address with an IPv4 tail
#define STORE_PAGE_BYTES 2048    // of a new store: a create hits a leaf of each index somewhere
#define LOG_BYTES_MAX MIB(26)    // from here on a thread moves the log into the file
#define LOG_BYTES_HARD MIB(60)   // here the writer waits for it; bounds a start after a crash
#define LOG_BYTES_LEFT MIB(4)    // the last pass moves less; the writer moves what it leaves: 10 ms
#define LOG_BYTES_RETRY MIB(4)   // a reader held the log: try again when it has grown by so much
#define LOG_BYTES_KEEP MIB(64)   // of its file, which has 24 bytes more for each page
#define LOG_PASSES_MAX 8         // each pass leaves a fraction of the one before
#define LOG_JOIN_BYTES KIB(128)  // of the log that go into one write: some 60 pages
#define STORE_WRITER_CACHE_KIB 24576   // 24 MB: the dirty pages of a batch, and the hot leaves
#define STORE_READER_CACHE_KIB 2048    // 2 MB: inner pages; the kernel caches the rest
#define STORE_LOOPS_CACHE_KIB 32768    // 32 MB for all loops: leaves of the indexes by id and name
#define STORE_WAIT_US 100              // between two looks whether a lock of the engine is free
#define STORE_WAITS_MAX 100            // 10 ms: longer than any read but a streamed one
#define STATEMENT_PARAMETERS_MAX 2000  // of one filter: FILTER_TERMS_MAX terms need four each
#define STATEMENTS_DYNAMIC_MAX 32  // texts of filters that a connection keeps prepared: 20 KB each
#define COUNTERS_PENDING_MAX 64    // (tenant, type) pairs that a batch counts before it writes them
#define CHAINS_PENDING_MAX 64      // audit chains that the writer remembers the ends of
#define NUMBERS_BLOCK 1000     // row numbers taken at a time: one page write for so many creates
#define REBUILD_ROWS 1000      // resources whose keys one step makes again: 16 MB of log
#define REBUILD_KEYS 10000     // old keys of each kind that one step takes away: 3 MB of log
#define INDEX_VALUES_MAX 2000  // index rows of one resource: an update compares them all

// Keys beside the store. One key may seal 2^32 texts: 6,000 a second make 2^29 a day.
#define KEY_FRESH_MS INT64_C(86400000)  // a day: then the next key seals
#define KEY_SEALS_MS                                                                               \
    INT64_C(21900000)  // what is sealed is opened for: an access token's 6 hours, and 5 minutes
#define KEY_KEPT_MS (KEY_FRESH_MS + 2 * KEY_SEALS_MS)  // then it is deleted
#define KEY_RETRY_MS INT64_C(60000)                    // between attempts to save one
#define KEYS_MAX 8                                     // of one purpose: two are in use
#define SIGN_KEYS_MAX 64  // that signed checkpoints: a new one each month for five years

// Administration: the command line and its socket beside the store
#define ADMIN_REQUEST_MAX MIB(4)     // a command line with a file of schemas, escaped
#define ADMIN_REPLY_MAX MIB(16)      // a list of 50,000 tokens
#define AUDIT_PAGE_ROWS 100          // entries that are read at a time
#define AUDIT_MEMBERS_PIECE 5000     // members of one entry that are printed at a time: 400 KB
#define AUDIT_TURN_BYTES MIB(1)      // that an export prints in one turn
#define AUDIT_TURN_ARENA MIB(8)      // memory that a turn may have taken before its last entry
#define AUDIT_NEWEST_MAX 1000        // entries that roster audit tail begins with
#define AUDIT_NEWEST_ROWS_MAX 20000  // rows that are looked at for them: 20 MB
#define CHECKPOINT_BYTES_MAX MIB(3)  // a checkpoint of 20,000 tenants
#define PASSWD_ROW_MAX 16384         // one user's row, as long as directories make them
#define ADMIN_ARGUMENTS_MAX 128      // words of one command
#define ADMIN_MESSAGE_MS 5000        // for a message to arrive or leave once it has begun
#define ADMIN_REPLY_MS 30000         // for the answer to an ordinary command
#define ADMIN_SLOW_MS 3600000        // for one that goes over all data of a tenant
#define ADMIN_OWNER_MS 5000          // for another short command to give the store back
#define ADMIN_REMOVE_ROWS 2000       // rows that one step of a removal deletes: about 20 ms
#define ADMIN_TURNS_US 200000        // then a long command says how far it is
#define ADMIN_STATE_MAX 512       // of a long command between two turns: a place in a chain has 300
#define ADMIN_FOLLOW_MS 500       // between two looks of a command that follows what is written
#define ADMIN_FILL_ROWS 500       // resources that one step of filling an index reads: about 15 ms
#define ADMIN_SCAN_ROWS 2000      // documents that one step of a search for values looks into
#define ADMIN_DUPLICATES_MAX 100  // group names that a refusal looks for
#define HISTORY_DELETED_MAX 20000  // deletions that a name is looked for in: about 200 ms
#define UNDO_STEP_ROWS 100         // changes that one step of an undo looks at: about 20 ms
#define UNDO_STEP_EDGES 500        // members of one change that it looks at
#define UNDO_DELTAS_MAX 10000      // changes of one membership that it looks at
#define ERASE_NAMES_MAX 64         // names of one person that the journal is searched for
#define ERASE_STEP_ROWS 2000  // changes whose details one step of a pruning erases: about 20 ms
#define HISTORY_ENTRIES_MAX 10000  // changes of one person in one answer
#define CONFIG_BYTES_MAX KIB(64)
#define SOURCE_NAME_MAX 63
#define URL_TEXT_MAX 1024  // store and public URLs

// Values
#define DETAIL_MAX 256

#endif
