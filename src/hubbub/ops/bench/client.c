/* The benchmark's receiving side: reads many WebSocket connections, counts marks in what comes, answers pings, and notes
 * how late each timed mark is. It knows frames, no chat: Python opens the connections, sends, and decides.
 *
 * In C because a client that is slower than the server measures itself. `client.py` has the same in Python, for where
 * there is no compiler; a test holds the two together.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MARKS = 4, EVENTS = 512, READ_BYTES = 1 << 18, DEPTH = 1 << 12, BINS = 200000, BIN_NS = 10000 };
enum { GREETING, OPEN, CLOSED };
enum { FIN = 0x80, CLOSE = 8, PING = 9, PONG = 10 };

struct link {
    int32_t fd, state;
    int32_t timed;  /* the mark whose lateness is noted, or -1 */
    int32_t ring;   /* where the times of its messages are */
    int32_t code;   /* the close code, or the HTTP status of a refused handshake */
    int32_t moved;  /* is in `moved` already */
    uint64_t seen[MARKS];
    uint8_t *rest;  /* the beginning of a frame whose end has not come */
    uint64_t held, room;
};

struct client {
    int32_t poller, links, moved_count, reported; /* `reported`: the marks, as bits, that put a link into `moved` */
    uint64_t bytes, frames, closed, total[MARKS];
    struct link *link;
    int32_t *moved;
    uint64_t *due; /* DEPTH times a ring: when each message was to be sent, in nanoseconds */
    uint32_t *late; /* counts in steps of BIN_NS */
    char mark[MARKS][32];
    uint64_t length[MARKS];
};

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct client *client_new(int32_t links, int32_t rings) {
    struct client *client = calloc(1, sizeof *client);
    if (!client) return NULL;
    client->links = links;
    client->link = calloc((size_t)links, sizeof *client->link);
    client->moved = calloc((size_t)links, sizeof *client->moved);
    client->due = calloc((size_t)rings * DEPTH, sizeof *client->due);
    client->late = calloc(BINS, sizeof *client->late);
    client->poller = epoll_create1(EPOLL_CLOEXEC);
    prctl(PR_SET_TIMERSLACK, 1000UL); /* a nap of 100 microseconds is to be one */
    return client;
}

void client_free(struct client *client) {
    for (int32_t i = 0; i < client->links; i++) free(client->link[i].rest);
    close(client->poller);
    free(client->link);
    free(client->moved);
    free(client->due);
    free(client->late);
    free(client);
}

/* Every mark begins with `{`. */
void client_mark(struct client *client, int32_t number, const char *mark) {
    strncpy(client->mark[number], mark, sizeof client->mark[number] - 1);
    client->length[number] = strlen(client->mark[number]);
}

int client_watch(struct client *client, int32_t number, int32_t fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)number};
    client->link[number].fd = fd;
    client->link[number].state = GREETING;
    client->link[number].timed = -1;
    return epoll_ctl(client->poller, EPOLL_CTL_ADD, fd, &event);
}

static void report(struct client *client, struct link *link) {
    if (link->moved) return;
    link->moved = 1;
    client->moved[client->moved_count++] = (int32_t)(link - client->link);
}

static void end(struct client *client, struct link *link, int32_t code) {
    if (link->state == CLOSED) return;
    epoll_ctl(client->poller, EPOLL_CTL_DEL, link->fd, NULL);
    link->state = CLOSED;
    link->code = code;
    client->closed++;
    report(client, link);
}

static void note(struct client *client, struct link *link, int mark, uint64_t now) {
    uint64_t which = link->seen[mark]++;
    client->total[mark]++;
    if (client->reported >> mark & 1) report(client, link);
    if (mark != link->timed) return;
    uint64_t due = client->due[(uint64_t)link->ring * DEPTH + which % DEPTH];
    uint64_t bin = now > due ? (now - due) / BIN_NS : 0;
    client->late[bin < BINS ? bin : BINS - 1]++;
}

static void count_marks(struct client *client, struct link *link, const uint8_t *text, uint64_t length, uint64_t now) {
    const uint8_t *stop = text + length;
    for (const uint8_t *at = text; (at = memchr(at, '{', (size_t)(stop - at))); at++)
        for (int mark = 0; mark < MARKS; mark++)
            if ((uint64_t)(stop - at) >= client->length[mark] && client->length[mark] &&
                !memcmp(at, client->mark[mark], client->length[mark]))
                note(client, link, mark, now);
}

static void answer_ping(struct client *client, struct link *link, const uint8_t *payload, uint64_t length) {
    uint8_t pong[131] = {FIN | PONG, (uint8_t)(0x80 | length)}; /* masked with zeros */
    if (length > 125) return;
    memcpy(pong + 6, payload, length);
    if (send(link->fd, pong, 6 + length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) end(client, link, 0);
}

static void take(struct client *client, struct link *link, uint8_t opcode, const uint8_t *payload, uint64_t length) {
    if (opcode == CLOSE) end(client, link, length >= 2 ? payload[0] << 8 | payload[1] : 1005);
    if (opcode == PING) answer_ping(client, link, payload, length);
}

/* The bytes that whole frames at the beginning of `data` take. */
static uint64_t take_frames(struct client *client, struct link *link, const uint8_t *data, uint64_t length) {
    uint64_t used = 0, now = now_ns();
    while (link->state == OPEN && length - used >= 2) {
        const uint8_t *at = data + used;
        uint64_t header = 2, size = at[1] & 0x7f, wide = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (length - used < header + wide) break;
        if (wide) size = 0;
        for (uint64_t i = 0; i < wide; i++) size = size << 8 | at[2 + i];
        header += wide;
        if (length - used < header + size) break;
        if ((at[0] & 0x0f) < CLOSE) {
            client->frames++;
            count_marks(client, link, at + header, size, now);
        } else {
            take(client, link, at[0] & 0x0f, at + header, size);
        }
        used += header + size;
    }
    return used;
}

static uint64_t take_greeting(struct client *client, struct link *link, const uint8_t *data, uint64_t length) {
    const uint8_t *stop = memmem(data, length, "\r\n\r\n", 4);
    if (!stop) return 0;
    if (length < 12 || memcmp(data + 9, "101", 3)) {
        end(client, link, atoi((const char *)data + 9));
        return length;
    }
    link->state = OPEN;
    report(client, link);
    return (uint64_t)(stop - data) + 4;
}

static void keep(struct client *client, struct link *link, const uint8_t *data, uint64_t length) {
    if (length > link->room) {
        uint8_t *bigger = realloc(link->rest, length * 2);
        if (!bigger) {
            end(client, link, -1);
            return;
        }
        link->rest = bigger;
        link->room = length * 2;
    }
    if (length) memcpy(link->rest, data, length);
    link->held = length;
}

static void receive(struct client *client, struct link *link) {
    static uint8_t data[2 * READ_BYTES];
    if (link->held > READ_BYTES) {
        end(client, link, 1009);
        return;
    }
    if (link->held) memcpy(data, link->rest, link->held);
    ssize_t got = recv(link->fd, data + link->held, READ_BYTES, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        end(client, link, 1006);
        return;
    }
    client->bytes += (uint64_t)got;
    uint64_t length = link->held + (uint64_t)got, used = 0;
    if (link->state == GREETING) used = take_greeting(client, link, data, length);
    used += take_frames(client, link, data + used, length - used);
    keep(client, link, data + used, length - used);
}

/* Read whatever is there, or sleep a little; the number of links in `moved`. It never sleeps in epoll_wait: a server
 * would pay for waking this process with every send(). */
int32_t client_pump(struct client *client, int32_t nap_us) {
    struct epoll_event events[EVENTS];
    for (int32_t i = 0; i < client->moved_count; i++) client->link[client->moved[i]].moved = 0;
    client->moved_count = 0;
    int ready = epoll_wait(client->poller, events, EVENTS, 0);
    for (int i = 0; i < ready; i++) receive(client, &client->link[events[i].data.u32]);
    if (ready <= 0 && nap_us) {
        struct timespec nap = {.tv_nsec = nap_us * 1000L};
        nanosleep(&nap, NULL);
    }
    return client->moved_count;
}

/* Forget what was counted; the connections stay. */
void client_reset(struct client *client) {
    for (int32_t i = 0; i < client->links; i++) memset(client->link[i].seen, 0, sizeof client->link[i].seen);
    memset(client->total, 0, sizeof client->total);
    memset(client->late, 0, BINS * sizeof *client->late);
    client->bytes = client->frames = 0;
}
