// libraries.c: takes libraries without going through their face.
// SPDX-License-Identifier: Apache-2.0
#include <libpq-fe.h>
#include <microhttpd.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdio.h>
