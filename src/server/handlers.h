// server/handlers.h: the functions of the route table.
//
// Each gets a request that was admitted by its row, and its body as JSON where the row asks for
// one. It fills the reply (STEP_DONE), or leaves the request to the writer or a worker.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_HANDLERS_H
#define SERVER_HANDLERS_H

#include "server/app.h"

typedef enum step handler(struct lane *lane, struct pending *pending,
                          const struct roster_json *body);

handler handle_provider_config;
handler handle_resource_types;
handler handle_schemas;
handler handle_discovery_search;
handler handle_get;
handler handle_list;
handler handle_search;
handler handle_post;
handler handle_put;
handler handle_patch;
handler handle_delete;
handler handle_bulk;

// The conditional headers of the request.
struct conditions request_conditions(const struct pending *pending);

// Answers a query that ran on a worker, and a write that was committed or refused.
void finish_search(struct lane *lane, struct pending *pending);
void finish_write(struct lane *lane, struct pending *pending);
// Answers a GET of one resource that is too much for a loop, on the worker's thread.
void work_read(struct lane *worker, struct pending *pending);
// The slow part of a write that has one, on a worker.
void work_write(struct pending *pending);
// Runs pending->search on a connection; pending->outcome says what came of it.
void run_search(struct pending *pending, struct conn *conn, bool on_worker);

// Before a write runs on the writer: the tenant's schemas are at another revision than the one that
// it was prepared under, so it is checked and prepared anew. False: outcome and err say what for.
MUST_CHECK bool prepare_again(struct pending *pending, struct conn *writer, int64_t schemas);

// /healthz, /readyz, /metrics. False: no such page.
bool handle_server_page(struct lane *lane, struct pending *pending);

#endif
