/* The floor that the benchmark measures Hubbub against: a WebSocket server that does nothing but send.
 *
 * usage: floor each|joined|echo|replay
 *   each    every message goes to every peer by a send() of its own
 *   joined  what was read in one tick goes to every peer as one frame, several messages as a JSON array
 *   echo    a message goes back to its sender
 *   replay  the longest message so far is the answer to every message, as it is: frames that were made beforehand
 * The first message of a peer is its greeting, which goes back to it alone (but in `replay`).
 *
 * It listens on 127.0.0.1, prints its port, and ends when its standard input does. It stores nothing, knows nobody
 * and trusts its peers: it is a ruler, not a server to be used.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEERS = 65536, EVENTS = 256, READ_BYTES = 1 << 16, HEADER = 10, TEXT = 1, CLOSE = 8 };
enum mode { EACH, JOINED, ECHO, REPLAY };

struct bytes {
    uint8_t *data;
    size_t length, room;
};

struct peer {
    int fd, open, greeted, place; /* its place in `audience` once open */
    struct bytes input;
    size_t replayed; /* how much of the kept message it has; REPLAY */
};

static enum mode mode;
static int poller;
static struct peer *audience[PEERS];
static int audience_count;
static struct bytes frame, batch, kept;
static int batched;

static void fail(const char *reason) {
    fprintf(stderr, "floor: %s\n", reason);
    exit(1);
}

static void append(struct bytes *to, const void *data, size_t length) {
    if (to->length + length > to->room) {
        to->room = (to->length + length) * 2;
        to->data = realloc(to->data, to->room);
        if (!to->data) fail("no memory");
    }
    if (length) memcpy(to->data + to->length, data, length);
    to->length += length;
}

/* Make `frame` one unmasked text frame. */
static void make_frame(const uint8_t *payload, size_t length) {
    uint8_t header[HEADER] = {0x80 | TEXT};
    size_t used = 2;
    if (length < 126) {
        header[1] = (uint8_t)length;
    } else {
        int width = length < 65536 ? 2 : 8;
        header[1] = width == 2 ? 126 : 127;
        for (int i = width - 1; i >= 0; i--) header[used++] = (uint8_t)((uint64_t)length >> (8 * i));
    }
    frame.length = 0;
    append(&frame, header, used);
    append(&frame, payload, length);
}

static void watch(struct peer *peer, uint32_t events, int change) {
    struct epoll_event event = {.events = events, .data.ptr = peer};
    if (epoll_ctl(poller, change, peer->fd, &event)) fail(strerror(errno));
}

static void drop(struct peer *peer) {
    if (peer->open) {
        audience[peer->place] = audience[--audience_count];
        audience[peer->place]->place = peer->place;
    }
    close(peer->fd);
    free(peer->input.data);
    free(peer);
}

/* A frame of a moderate size always fits: whoever measures keeps few under way. */
static void send_frame(struct peer *peer) {
    ssize_t sent = send(peer->fd, frame.data, frame.length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return;
    if (sent != (ssize_t)frame.length) fail("a peer reads too slowly to be measured");
}

static void send_to_all(void) {
    for (int i = 0; i < audience_count; i++) send_frame(audience[i]);
}

static void flush_batch(void) {
    if (!batched) return;
    if (batched > 1) {
        append(&batch, "]", 1);
        make_frame(batch.data, batch.length);
    } else {
        make_frame(batch.data + 1, batch.length - 1);
    }
    batched = 0;
    batch.length = 0;
    send_to_all();
}

static void replay(struct peer *peer) {
    while (peer->replayed < kept.length) {
        ssize_t sent = send(peer->fd, kept.data + peer->replayed, kept.length - peer->replayed,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno == EAGAIN) watch(peer, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
            return;
        }
        peer->replayed += (size_t)sent;
    }
    watch(peer, EPOLLIN, EPOLL_CTL_MOD);
}

static void take_message(struct peer *peer, const uint8_t *payload, size_t length) {
    if (mode == ECHO || (mode != REPLAY && !peer->greeted)) {
        peer->greeted = 1;
        make_frame(payload, length);
        send_frame(peer);
        return;
    }
    if (mode == JOINED) {
        append(&batch, batched++ ? "," : "[", 1);
        append(&batch, payload, length);
        return;
    }
    if (mode == REPLAY) {
        if (length > kept.length) {
            kept.length = 0;
            append(&kept, payload, length); /* frames that were made beforehand */
        }
        peer->replayed = 0;
        replay(peer);
        return;
    }
    make_frame(payload, length);
    if (mode == EACH) send_to_all();
}

/* Answer the handshake; the accept key is that of the one key which our client sends. */
static size_t greet(struct peer *peer) {
    static const char answer[] =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: pKjWNR6idLzGtF/hCBIFi9mLZ/0=\r\n\r\n";
    uint8_t *end = memmem(peer->input.data, peer->input.length, "\r\n\r\n", 4);
    if (!end) return 0;
    if (send(peer->fd, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0) return 0;
    peer->open = 1;
    peer->place = audience_count;
    audience[audience_count++] = peer;
    return (size_t)(end - peer->input.data) + 4;
}

/* The bytes that one whole masked frame at `data` takes; 0 if it is not whole, -1 to end. */
static ssize_t take_frame(struct peer *peer, uint8_t *data, size_t available) {
    if (available < 6) return 0;
    size_t header = 6, length = data[1] & 0x7f, wide = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (available < header + wide) return 0;
    if (wide) length = 0;
    for (size_t i = 0; i < wide; i++) length = length << 8 | data[2 + i];
    header += wide;
    if (available < header + length) return 0;
    uint8_t *mask = data + header - 4, *payload = data + header;
    for (size_t i = 0; i < length; i++) payload[i] ^= mask[i & 3];
    if ((data[0] & 0x0f) == CLOSE) return -1;
    if ((data[0] & 0x0f) == TEXT) take_message(peer, payload, length);
    return (ssize_t)(header + length);
}

static void read_from(struct peer *peer) {
    static uint8_t chunk[READ_BYTES];
    ssize_t got = recv(peer->fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        drop(peer);
        return;
    }
    append(&peer->input, chunk, (size_t)got);
    size_t used = peer->open ? 0 : greet(peer);
    while (peer->open) {
        ssize_t taken = take_frame(peer, peer->input.data + used, peer->input.length - used);
        if (taken < 0) {
            drop(peer);
            return;
        }
        if (!taken) break;
        used += (size_t)taken;
    }
    peer->input.length -= used;
    memmove(peer->input.data, peer->input.data + used, peer->input.length);
}

static void welcome(int listener) {
    int one = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) return;
    if (fd >= PEERS) fail("too many peers");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer) fail("no memory");
    peer->fd = fd;
    watch(peer, EPOLLIN, EPOLL_CTL_ADD);
}

static int listen_somewhere(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)) fail(strerror(errno));
    if (getsockname(listener, (struct sockaddr *)&address, &size)) fail(strerror(errno));
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static enum mode mode_named(const char *name) {
    static const char *const names[] = {"each", "joined", "echo", "replay"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(name, names[i])) return (enum mode)i;
    fail("the mode is each, joined, echo or replay");
    return EACH;
}

int main(int count, char **words) {
    mode = mode_named(count == 2 ? words[1] : "");
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    poller = epoll_create1(0);
    struct peer door = {.fd = listen_somewhere()}, life = {.fd = STDIN_FILENO};
    watch(&door, EPOLLIN, EPOLL_CTL_ADD);
    watch(&life, EPOLLIN, EPOLL_CTL_ADD);
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(poller, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            struct peer *peer = events[i].data.ptr;
            if (peer == &life) return 0;
            if (peer == &door) {
                welcome(door.fd);
                continue;
            }
            if (events[i].events & EPOLLOUT) replay(peer);
            if (events[i].events & ~EPOLLOUT) read_from(peer);
        }
        flush_batch();
    }
}
