/* chromedriver as a child on a port of its own choosing, and what is asked of it over HTTP.
 *
 *     driver_open(&d, &e);
 *     struct json *value = driver_ask(&d, "POST", "/url", body, &e);   // below the session
 *     driver_close(&d);
 */
#ifndef CUPEL_TESTS_BROWSER_DRIVER_H
#define CUPEL_TESTS_BROWSER_DRIVER_H

#include "harness/base/err.h"
#include "harness/base/json.h"

#include <curl/curl.h>
#include <stdio.h>
#include <sys/types.h>

struct driver {
    pid_t child;
    FILE *said; /* by chromedriver */
    CURL *curl;
    struct curl_slist *headers;
    char *root; /* URL that paths are below: of the session, once there is one */
};

/* Starts the child. Owner of d: the caller, driver_close, also after an error. */
bool driver_open(struct driver *d, struct err *e) MUST_CHECK;
void driver_close(struct driver *d); /* ends the session and the child */

/* A session with these capabilities, which is freed: paths are below it from here on. */
bool driver_session(struct driver *d, struct json *capabilities, struct err *e) MUST_CHECK;

/* The "value" of the answer, the caller's. body is freed. NULL on error. */
struct json *driver_ask(struct driver *d, const char *method, const char *path, struct json *body,
                        struct err *e) MUST_CHECK;

/* Where the value says nothing. */
bool driver_tell(struct driver *d, const char *method, const char *path, struct json *body,
                 struct err *e) MUST_CHECK;

#endif
