/* A Modbus TCP server that plays thousands of devices in one thread, so that a benchmark measures Steward.
 *
 *     modbus_farm DEVICES OWN_PORTS REGISTERS PERIOD_S DELAY_S
 *
 * Values, modes and control lines: see modbus_farm.py, which starts it; modbus_farm_asyncio.py is its twin.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { INPUT = 2048, FRAME = 260, HEADER = 7, VALUE_MASK = 0x3FFF, LINE = 256, BACKLOG = 4096 };
enum mode { OK, SILENT, SLOW, BABBLE, PARTIAL, WRONG_ID, RESET, DEAD, DEAF, MODES };
static const char *const mode_names[] = {"ok",       "silent", "slow", "babble", "partial",
                                         "wrong_id", "reset",  "dead", "deaf"};

struct device {
    enum mode mode;
    uint64_t reads;
    uint16_t *words, *bits;        /* written values, NULL until the first write */
    uint8_t *has_word, *has_bit;   /* which of them hide the generated value */
};
struct port {
    int fd, filler; /* filler: the connection that fills the accept queue of a deaf port */
    uint16_t number;
};
struct reply { /* what a socket did not take at once, or a slow device still owes */
    struct reply *next;
    struct connection *to;
    int64_t due_ns;
    size_t size, sent;
    uint8_t bytes[];
};
struct connection {
    struct connection *next, *previous;
    struct reply *unsent;
    int fd, device;
    size_t filled;
    uint8_t input[INPUT];
};
struct write {
    int device, address, value;
    int64_t at_ns;
};

static int devices, own_ports, registers, ports_count, poller;
static int64_t period_ns, delay_ns;
static struct device *farm;
static struct port *ports;
static struct connection *connections;
static struct reply *owed, **owed_end = &owed;
static struct write *writes;
static size_t writes_count, writes_size;
static uint64_t open_count, accepted_count;

static void fail(const char *what) {
    fprintf(stderr, "modbus_farm: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *allocate(size_t count, size_t size) {
    void *block = calloc(count, size);
    if (!block) fail("memory");
    return block;
}

static int64_t now_ns(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static void put16(uint8_t *at, unsigned value) {
    at[0] = value >> 8;
    at[1] = value;
}

static unsigned get16(const uint8_t *at) { return at[0] << 8 | at[1]; }

static void watch(int operation, int fd, uint32_t events, void *what) {
    struct epoll_event event = {.events = events, .data.ptr = what};
    if (epoll_ctl(poller, operation, fd, &event)) fail("epoll_ctl");
}

/* ---- values ---- */

static unsigned generated(int device, int address, int64_t slot) {
    return (device * 7 + address * 13 + slot) & VALUE_MASK;
}

static void record(int device, int address, int value) {
    if (writes_count == writes_size) {
        writes_size = writes_size ? writes_size * 2 : 1024;
        writes = realloc(writes, writes_size * sizeof *writes);
        if (!writes) fail("memory");
    }
    writes[writes_count++] = (struct write){device, address, value, now_ns(CLOCK_REALTIME)};
}

static void hold_word(struct device *d, int address, unsigned value) {
    if (!d->words) {
        d->words = allocate(registers, sizeof *d->words);
        d->has_word = allocate(registers, 1);
    }
    d->words[address] = value;
    d->has_word[address] = 1;
}

static void hold_bit(struct device *d, int address, int value) {
    if (!d->bits) {
        d->bits = allocate(registers, sizeof *d->bits);
        d->has_bit = allocate(registers, 1);
    }
    d->bits[address] = value;
    d->has_bit[address] = 1;
}

/* ---- one request; `in` and `out` start at the function code, the answer's size is returned ---- */

static size_t refuse(const uint8_t *in, uint8_t *out, int code) {
    out[0] = in[0] | 0x80;
    out[1] = code;
    return 2;
}

static size_t answer(int index, const uint8_t *in, size_t size, uint8_t *out) {
    struct device *d = &farm[index];
    int function = in[0];
    if (function == 0 || function > 16 || (function > 6 && function < 15)) return refuse(in, out, 1);
    if (size < 5) return refuse(in, out, 3);
    unsigned address = get16(in + 1), count = get16(in + 3);
    int bitwise = function <= 2 || function == 15;
    if (function == 5 || function == 6) {
        if (size != 5 || (function == 5 && count != 0 && count != 0xFF00)) return refuse(in, out, 3);
        if (address >= (unsigned)registers) return refuse(in, out, 2);
        if (function == 5) hold_bit(d, address, count != 0);
        else hold_word(d, address, count);
        record(index, address, function == 5 ? count != 0 : count);
        memcpy(out, in, 5);
        return 5;
    }
    unsigned limit = function <= 2 ? 2000 : function <= 4 ? 125 : function == 15 ? 1968 : 123;
    size_t bytes = bitwise ? (count + 7) / 8 : count * 2;
    if (count == 0 || count > limit || size != (function <= 4 ? 5 : 6 + bytes)) return refuse(in, out, 3);
    if (address + count > (unsigned)registers) return refuse(in, out, 2);
    if (function >= 15) {
        if (in[5] != bytes) return refuse(in, out, 3);
        for (unsigned i = 0; i < count; i++) {
            int value = bitwise ? in[6 + i / 8] >> i % 8 & 1 : (int)get16(in + 6 + 2 * i);
            if (bitwise) hold_bit(d, address + i, value);
            else hold_word(d, address + i, value);
            record(index, address + i, value);
        }
        memcpy(out, in, 5);
        return 5;
    }
    int64_t slot = now_ns(CLOCK_MONOTONIC) / period_ns;
    out[0] = function;
    out[1] = bytes;
    if (bitwise) {
        memset(out + 2, 0, bytes);
        for (unsigned i = 0; i < count; i++) {
            int held = function == 1 && d->bits && d->has_bit[address + i];
            int bit = held ? d->bits[address + i] : (int)(generated(index, address + i, slot) & 1);
            out[2 + i / 8] |= bit << i % 8;
        }
    } else {
        for (unsigned i = 0; i < count; i++) put16(out + 2 + 2 * i, generated(index, address + i, slot));
        if (function == 3 && d->words)
            for (unsigned i = 0; i < count; i++)
                if (d->has_word[address + i]) put16(out + 2 + 2 * i, d->words[address + i]);
    }
    d->reads++;
    return 2 + bytes;
}

/* ---- connections ---- */

static void hang_up(struct connection *c, int reset) {
    struct linger at_once = {1, 0};
    if (reset) setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(c->fd);
    if (c->next) c->next->previous = c->previous;
    if (c->previous) c->previous->next = c->next;
    else connections = c->next;
    for (struct reply *r = owed; r; r = r->next)
        if (r->to == c) r->to = NULL;
    free(c->unsent);
    c->fd = -1; /* freed after this round of events */
    open_count--;
}

static struct reply *keep(struct connection *c, const uint8_t *bytes, size_t size, struct reply *after) {
    size_t left = after ? after->size - after->sent : 0;
    struct reply *reply = allocate(1, sizeof *reply + left + size);
    reply->to = c;
    reply->size = left + size;
    if (after) memcpy(reply->bytes, after->bytes + after->sent, left);
    memcpy(reply->bytes + left, bytes, size);
    free(after);
    return reply;
}

/* Send, or stop reading until the peer takes the rest. */
static void transmit(struct connection *c, const uint8_t *bytes, size_t size) {
    if (size == 0) return;
    ssize_t sent = c->unsent ? 0 : send(c->fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return hang_up(c, 0);
    if (sent < 0) sent = 0;
    if ((size_t)sent == size) return;
    c->unsent = keep(c, bytes + sent, size - sent, c->unsent);
    watch(EPOLL_CTL_MOD, c->fd, EPOLLOUT, c);
}

static void resume(struct connection *c) {
    struct reply *rest = c->unsent;
    ssize_t sent = send(c->fd, rest->bytes + rest->sent, rest->size - rest->sent, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN) hang_up(c, 0);
        return;
    }
    rest->sent += sent;
    if (rest->sent < rest->size) return;
    free(rest);
    c->unsent = NULL;
    watch(EPOLL_CTL_MOD, c->fd, EPOLLIN, c);
}

/* One frame in, its answer into `out` as the device's mode has it; -1 ends the connection. */
static ssize_t serve(struct connection *c, const uint8_t *frame, size_t pdu, uint8_t *out) {
    enum mode mode = farm[c->device].mode;
    if (mode == SILENT) return 0;
    if (mode == RESET) return -1;
    if (mode == BABBLE) {
        size_t size = 1 + random() % FRAME;
        for (size_t i = 0; i < size; i++) out[i] = random();
        return size;
    }
    memcpy(out, frame, HEADER);
    size_t size = answer(c->device, frame + HEADER, pdu, out + HEADER);
    put16(out + 4, size + 1);
    size += HEADER;
    if (mode == WRONG_ID) put16(out, get16(frame) + 1);
    if (mode == PARTIAL) return size / 2;
    if (mode != SLOW) return size;
    *owed_end = keep(c, out, size, NULL);
    (*owed_end)->due_ns = now_ns(CLOCK_MONOTONIC) + delay_ns;
    owed_end = &(*owed_end)->next;
    return 0;
}

static void receive(struct connection *c) {
    static uint8_t out[(INPUT / (HEADER + 1) + 1) * FRAME];
    ssize_t got = recv(c->fd, c->input + c->filled, INPUT - c->filled, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return hang_up(c, 0);
    c->filled += got;
    size_t at = 0, filled = 0;
    while (c->filled - at >= HEADER + 1) {
        const uint8_t *frame = c->input + at;
        size_t length = get16(frame + 4);
        if (get16(frame + 2) != 0 || length < 2 || length > FRAME - 6) return hang_up(c, 0);
        if (c->filled - at < 6 + length) break;
        ssize_t size = serve(c, frame, length - 1, out + filled);
        if (size < 0) return hang_up(c, 1);
        filled += size;
        at += 6 + length;
    }
    memmove(c->input, c->input + at, c->filled - at);
    c->filled -= at;
    transmit(c, out, filled);
}

static void pay(void) {
    while (owed && owed->due_ns <= now_ns(CLOCK_MONOTONIC)) {
        struct reply *reply = owed;
        owed = reply->next;
        if (!owed) owed_end = &owed;
        struct connection *c = reply->to;
        if (c) transmit(c, reply->bytes, reply->size);
        if (c && c->fd < 0) free(c);
        free(reply);
    }
}

/* ---- ports ---- */

static void open_port(struct port *port, int listening) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port->number)};
    socklen_t size = sizeof at;
    int on = 1;
    at.sin_addr.s_addr = htonl(own_ports ? INADDR_LOOPBACK : INADDR_ANY);
    port->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (port->fd < 0) fail("socket");
    setsockopt(port->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!own_ports && setsockopt(port->fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3)) fail("bind to loopback");
    if (bind(port->fd, (void *)&at, sizeof at)) fail("bind");
    getsockname(port->fd, (void *)&at, &size);
    port->number = ntohs(at.sin_port);
    if (!listening) return; /* bound and not listening: connections are refused, and nobody else gets the port */
    if (listen(port->fd, BACKLOG)) fail("listen");
    watch(EPOLL_CTL_ADD, port->fd, EPOLLIN, port);
}

/* A dead port refuses; a deaf one lets its accept queue run full, so that connecting never ends. */
static void turn_port(int number, enum mode mode) {
    struct port *port = &ports[number];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port->number)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    close(port->fd);
    if (port->filler >= 0) close(port->filler);
    port->filler = -1;
    for (struct connection *c = connections, *next; c && mode != OK; c = next) {
        next = c->next;
        if (c->device == number) {
            hang_up(c, 1);
            free(c); /* control lines are read after the round of events */
        }
    }
    open_port(port, mode == OK);
    if (mode != DEAF) return;
    if (listen(port->fd, 0)) fail("listen");
    port->filler = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    connect(port->filler, (void *)&at, sizeof at);
}

static void accept_all(struct port *port) {
    struct sockaddr_in at;
    socklen_t size = sizeof at;
    int on = 1;
    for (int fd; (fd = accept4(port->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        getsockname(fd, (void *)&at, &size);
        int64_t device = own_ports ? port - ports : (int64_t)ntohl(at.sin_addr.s_addr) - INADDR_LOOPBACK;
        if (device < 0 || device >= devices) {
            close(fd);
            continue;
        }
        struct connection *c = allocate(1, sizeof *c);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        c->fd = fd;
        c->device = device;
        c->next = connections;
        if (connections) connections->previous = c;
        connections = c;
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, c);
        open_count++;
        accepted_count++;
    }
    if (errno != EAGAIN && errno != ECONNABORTED) fail("accept");
}

/* ---- control ---- */

static void command(const char *line) {
    int d = -1, address = 0, value = 0;
    char name[16] = "";
    if (sscanf(line, "set %d %d %d", &d, &address, &value) == 3 && d >= 0 && d < devices && address >= 0 &&
        address < registers && value >= 0 && value <= 0xFFFF) {
        hold_word(&farm[d], address, value);
    } else if (sscanf(line, "free %d %d", &d, &address) == 2 && d >= 0 && d < devices && address >= 0 &&
               address < registers) {
        if (farm[d].words) farm[d].has_word[address] = 0;
    } else if (sscanf(line, "mode %d %15s", &d, name) == 2 && d >= 0 && d < devices) {
        enum mode mode = OK, before = farm[d].mode;
        while (mode < MODES && strcmp(name, mode_names[mode])) mode++;
        if (mode == MODES || (mode >= DEAD && !own_ports)) {
            printf("error no mode %s %s\n", name, own_ports ? "is known" : "on a shared port");
            return;
        }
        farm[d].mode = mode;
        if (mode >= DEAD || before >= DEAD) turn_port(d, mode >= DEAD ? mode : OK);
    } else if (!strcmp(line, "polls")) {
        for (int i = 0; i < devices; i++) printf("%lu ", (unsigned long)farm[i].reads);
        printf("\n");
        return;
    } else if (!strcmp(line, "writes")) {
        for (struct write *w = writes; w < writes + writes_count; w++)
            printf("%d %d %d %lld ", w->device, w->address, w->value, (long long)w->at_ns);
        printf("\n");
        return;
    } else if (!strcmp(line, "connections")) {
        printf("%lu %lu\n", (unsigned long)open_count, (unsigned long)accepted_count);
        return;
    } else {
        printf("error not understood: %s\n", line);
        return;
    }
    printf("%lld\n", (long long)now_ns(CLOCK_REALTIME));
}

static void read_commands(void) {
    static char lines[LINE];
    static size_t filled;
    ssize_t got = read(STDIN_FILENO, lines + filled, sizeof lines - 1 - filled);
    if (got <= 0) exit(0); /* whoever started this is gone */
    filled += got;
    lines[filled] = 0;
    for (char *end; (end = strchr(lines, '\n'));) {
        *end = 0;
        command(lines);
        filled -= end + 1 - lines;
        memmove(lines, end + 1, filled + 1);
    }
    if (filled == sizeof lines - 1) {
        errno = EMSGSIZE;
        fail("control line");
    }
    fflush(stdout);
}

int main(int count, char **arguments) {
    struct rlimit files;
    if (count != 6) return fprintf(stderr, "usage: modbus_farm DEVICES OWN_PORTS REGISTERS PERIOD_S DELAY_S\n"), 2;
    devices = atoi(arguments[1]);
    own_ports = atoi(arguments[2]);
    registers = atoi(arguments[3]);
    period_ns = (int64_t)(atof(arguments[4]) * 1e9 + 0.5);
    delay_ns = (int64_t)(atof(arguments[5]) * 1e9 + 0.5);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if ((poller = epoll_create1(EPOLL_CLOEXEC)) < 0) fail("epoll_create1");
    farm = allocate(devices, sizeof *farm);
    ports_count = own_ports ? devices : 1;
    ports = allocate(ports_count, sizeof *ports);
    printf("ready");
    for (int i = 0; i < ports_count; i++) {
        ports[i].filler = -1;
        open_port(&ports[i], 1);
        printf(" %d", ports[i].number);
    }
    printf("\n");
    fflush(stdout);
    watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, NULL);
    for (;;) {
        struct epoll_event events[1024];
        int64_t wait_ns = owed ? owed->due_ns - now_ns(CLOCK_MONOTONIC) : -1;
        int ready = epoll_wait(poller, events, 1024, !owed ? -1 : wait_ns <= 0 ? 0 : (int)(wait_ns / 1000000 + 1));
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        int commands = 0;
        for (int i = 0; i < ready; i++) {
            void *what = events[i].data.ptr;
            if (!what) commands = 1;
            else if ((struct port *)what >= ports && (struct port *)what < ports + ports_count) accept_all(what);
            else {
                struct connection *c = what;
                if (c->unsent) resume(c);
                else receive(c);
                if (c->fd < 0) free(c);
            }
        }
        pay();
        if (commands) read_commands();
    }
}
