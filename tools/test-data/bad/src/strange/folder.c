// folder.c: stands in a folder that the layer table does not know.
// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
