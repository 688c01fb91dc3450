// marked.c: a promise to come back.
// SPDX-License-Identifier: Apache-2.0
// TODO: later
static const char *word = "FIXME is data here, as is mkstemp's XXXXXX";
/* XXX */
