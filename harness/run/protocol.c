#include "harness/run/protocol.h"

#include "harness/probe/machine.h"
#include "harness/run/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 16 << 20 }; /* no honest message is longer */

void channel_close(struct channel *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    text_done(&c->received);
}

/* Not through base/io: what the harness says to itself is no I/O of the workload. */
static bool send_all(int fd, const char *p, size_t n, struct err *e)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return err_system(e, "the other process has gone");
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

bool channel_send(struct channel *c, struct json *message, struct err *e)
{
    struct text line = {0};
    json_print(message, &line);
    text_add(&line, "\n", 1);
    json_free(message);
    bool ok = send_all(c->fd, line.p, line.n, e);
    text_done(&line);
    return ok;
}

/* Until there is something to read. */
static bool await_until_deadline(struct channel *c, struct err *e)
{
    struct pollfd ready = {.fd = c->fd, .events = POLLIN};
    for (int n = 0; n <= 0;) {
        int64_t left = c->deadline_ns - probe_now_ns();
        n = left > 0 ? poll(&ready, 1, (int)(left / 1000000) + 1) : 0;
        if (n < 0 && errno == EINTR) {
            if (!interrupt_none(e))
                return false;
        } else if (n < 0) {
            return err_system(e, "poll");
        } else if (n == 0) {
            c->is_late = true;
            return err_input(e, "no answer");
        }
    }
    return true;
}

static bool receive_more(struct channel *c, struct err *e)
{
    char part[4096];
    if (c->deadline_ns && !await_until_deadline(c, e))
        return false;
    ssize_t n = recv(c->fd, part, sizeof part, 0);
    while (n < 0 && errno == EINTR) {
        if (!interrupt_none(e))
            return false;
        n = recv(c->fd, part, sizeof part, 0);
    }
    if (n < 0)
        return err_system(e, "the other process");
    if (n == 0)
        return err_set(e, ERR_SYSTEM, "the other process ended");
    if (c->received.n + (size_t)n > LINE_MAX_BYTES)
        return err_input(e, "the other process does not speak cupel's protocol");
    text_add(&c->received, part, (size_t)n);
    return true;
}

struct json *channel_receive(struct channel *c, struct err *e)
{
    const char *end;
    while (!c->received.n || !(end = memchr(c->received.p, '\n', c->received.n)))
        if (!receive_more(c, e))
            return NULL;
    size_t n = (size_t)(end - c->received.p);
    struct json *message = json_parse((struct str){c->received.p, n}, "message", e);
    size_t rest = c->received.n - n - 1;
    memmove(c->received.p, end + 1, rest);
    c->received.n = rest;
    return message;
}

void protocol_put_slice(struct json *object, const char *key, const struct probe_slice *slice)
{
    struct json *member = json_put_object(object, key);
    json_put_number(member, "cpu_ns", (double)slice->cpu_ns);
    json_put_number(member, "wall_ns", (double)slice->wall_ns);
    json_put_number(member, "delay_ns", (double)slice->delay_ns);
}

bool protocol_read_slice(const struct json *object, const char *key, struct probe_slice *slice,
                         struct err *e)
{
    const int64_t most = (int64_t)1 << 53; /* 104 days */
    const struct json *member;
    return json_need_object(object, key, &member, e) &&
           json_need_int(member, "cpu_ns", 0, most, &slice->cpu_ns, e) &&
           json_need_int(member, "wall_ns", 0, most, &slice->wall_ns, e) &&
           json_need_int(member, "delay_ns", 0, most, &slice->delay_ns, e);
}
