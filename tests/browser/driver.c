#include "tests/browser/driver.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- one request ------------------------------------------------------------------------------ */

static size_t take(char *bytes, size_t size, size_t n, void *into)
{
    text_add(into, bytes, size * n);
    return size * n;
}

static bool exchange(struct driver *d, const char *method, const char *url, const char *body,
                     struct text *answer, struct err *e)
{
    char why[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(d->curl, CURLOPT_URL, url);
    curl_easy_setopt(d->curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(d->curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, d->headers);
    curl_easy_setopt(d->curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(d->curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(d->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(d->curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(d->curl, CURLOPT_ERRORBUFFER, why);
    CURLcode code = curl_easy_perform(d->curl);
    curl_easy_setopt(d->curl, CURLOPT_ERRORBUFFER, NULL);
    return code == CURLE_OK || err_set(e, ERR_SYSTEM, "chromedriver: %s %s: %s", method, url,
                                       *why ? why : curl_easy_strerror(code));
}

struct json *driver_ask(struct driver *d, const char *method, const char *path, struct json *body,
                        struct err *e)
{
    struct text asked = {0}, answer = {0}, url = {0};
    struct json *value = NULL;
    text_printf(&url, "%s%s", d->root, path);
    json_print(body, &asked);
    json_free(body);
    struct json *whole = exchange(d, method, url.p, asked.p, &answer, e)
                             ? json_parse((struct str){answer.p, answer.n}, url.p, e)
                             : NULL;
    const struct json *got = json_get(whole, "value"), *failure = json_get(got, "error");
    if (failure)
        err_set(e, ERR_SYSTEM, "chromedriver: %s %.200s: %s: %.600s", path, asked.p,
                json_text(failure), json_text(json_get(got, "message")));
    else if (whole)
        value = json_copy(got);
    json_free(whole);
    text_done(&asked);
    text_done(&answer);
    text_done(&url);
    return value;
}

bool driver_tell(struct driver *d, const char *method, const char *path, struct json *body,
                 struct err *e)
{
    struct json *value = driver_ask(d, method, path, body, e);
    json_free(value);
    return value != NULL;
}

/* ---- start and end ----------------------------------------------------------------------------- */

/* It ends with the test program, however that ends. */
static bool start_driver(struct driver *d, struct err *e)
{
    int ends[2];
    if (pipe(ends) != 0)
        return err_system(e, "pipe");
    d->child = fork();
    if (d->child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp("chromedriver", "chromedriver", "--port=0", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    d->said = fdopen(ends[0], "r");
    return d->child > 0 || err_system(e, "fork");
}

/* "ChromeDriver was started successfully on port 40121." */
static bool await_port(struct driver *d, struct err *e)
{
    static const char words[] = "successfully on port ";
    char line[400];
    long port = 0;
    while (port == 0 && fgets(line, sizeof line, d->said)) {
        const char *at = strstr(line, words);
        port = at ? strtol(at + strlen(words), NULL, 10) : 0;
    }
    struct text root = {0};
    text_printf(&root, "http://127.0.0.1:%ld/session", port);
    d->root = root.p;
    return port > 0 || err_set(e, ERR_SYSTEM, "chromedriver: did not say its port");
}

bool driver_open(struct driver *d, struct err *e)
{
    *d = (struct driver){0};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    d->curl = curl_easy_init();
    d->headers = curl_slist_append(NULL, "Content-Type: application/json");
    return start_driver(d, e) && await_port(d, e);
}

bool driver_session(struct driver *d, struct json *capabilities, struct err *e)
{
    struct json *value = driver_ask(d, "POST", "", capabilities, e);
    struct text root = {0};
    text_printf(&root, "%s/%s", d->root, json_text(json_get(value, "sessionId")));
    if (value) {
        free(d->root);
        d->root = root.p;
    } else {
        text_done(&root);
    }
    json_free(value);
    return value != NULL;
}

void driver_close(struct driver *d)
{
    struct err unheard;
    if (d->root)
        (void)!driver_tell(d, "DELETE", "", json_object(), &unheard);
    if (d->child > 0 && kill(d->child, SIGTERM) == 0)
        while (waitpid(d->child, NULL, 0) < 0 && errno == EINTR) {
        }
    if (d->said)
        fclose(d->said);
    curl_slist_free_all(d->headers);
    curl_easy_cleanup(d->curl);
    curl_global_cleanup();
    free(d->root);
}
