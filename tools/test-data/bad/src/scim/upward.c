// upward.c: includes what its layer may not see, and one header without its folder.
// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "http/http.h"
#include "json/value.h"
#include "store/store.h"
#include "upward.h"
#include <yyjson.h>
// A name in a comment is no include: #include "server/app.h"
