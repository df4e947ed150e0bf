/* Many people at boards, in one thread: WebSocket clients that type, and check all that they are sent.
 *
 *   boards --port 8080 --people FILE --room 4 [options]
 *
 * FILE has a line for each client, "DOCUMENT PATH"; every --room lines make a room. Each client writes by a
 * client id of its own and appends to its own last character, so every key is one valid Yjs update. What comes
 * in is taken apart down to (client id, clock, length), since a server may put many updates into one: every
 * client must get every character of the others once, in order.
 *
 * A line of JSON on standard output says when all are in ("connected"), when measuring begins and ends, and in
 * the end what was found. Times are milliseconds, sizes bytes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef unsigned char byte;
typedef struct { const byte *at, *end; int bad; } reader;
typedef struct { byte *data; size_t size, room; } buffer;
enum { IDLE, CONNECTING, ASKED, OPEN, GONE };

typedef struct {
    int fd, state, synced, stalled;
    uint32_t clock, presence;   /* the next character, and the last awareness */
    uint32_t *expected, *seen;  /* for each of the room: next character to come, last awareness that came */
    char *document, *path;
    buffer in, out;
    double *sent;               /* when each character was sent */
    size_t sent_room;
} client;

static const uint32_t FIRST_ID = 0x10000000;
static const char *HELP = "boards --port N --people FILE --room N [--writers N] [--rate N] [--warmup S]"
    " [--seconds S] [--drain S] [--at-once N] [--pad N] [--cursor] [--stall] [--hocuspocus] [--hold]"
    " [--seed FILE] [--patience S]\n";

static int port, per_room = 4, writers, at_once = 64, pad, cursor, stall, hocuspocus, hold;
static double rate = 5, warmup = 2, seconds = 5, drain = 3, patience = 30;
static const char *people_file, *seed_file;

static client *clients;
static int count, epoll, opening, synced, failed, closed, last_code;
static char last_reason[128];
static double measure_from = INFINITY, measure_to = INFINITY;
static uint64_t keys, expected, delivered, doubled, disordered, unreadable, echoed, frames;
static uint64_t bytes_in, bytes_out;
static float *delays, *lateness;
static size_t delays_count, delays_room, late_count, late_room;
static buffer seed;
static uint64_t seed_extent, joined_short;
static byte scratch[1 << 18];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void *grown(void *old, size_t size)
{
    void *p = realloc(old, size);
    if (!p) { perror("memory"); exit(2); }
    return p;
}

static void append(buffer *b, const void *data, size_t size)
{
    if (b->size + size > b->room)
        b->data = grown(b->data, b->room = 2 * (b->size + size));
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

static void sample(float **all, size_t *n, size_t *room, double value)
{
    if (*n == *room)
        *all = grown(*all, (*room = *room ? 2 * *room : 65536) * sizeof(float));
    (*all)[(*n)++] = (float)value;
}

/* --- lib0 ------------------------------------------------------------------------------------------- */

static uint64_t number(reader *r)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
        if (r->at >= r->end) break;
        byte b = *r->at++;
        value |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) return value;
    }
    r->bad = 1;
    return 0;
}

static reader part(reader *r)
{
    uint64_t size = number(r);
    reader inner = { r->at, r->at, 0 };
    if (r->bad || size > (uint64_t)(r->end - r->at)) { r->bad = 1; return inner; }
    inner.end = r->at += size;
    return inner;
}

static size_t put(byte *to, uint64_t value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) to[n++] = (byte)(value | 0x80);
    to[n++] = (byte)value;
    return n;
}

static size_t put_bytes(byte *to, const void *data, size_t size)
{
    size_t n = put(to, size);
    memcpy(to + n, data, size);
    return n + size;
}

static uint64_t utf16(reader text)
{
    uint64_t units = 0;
    for (; text.at < text.end; text.at++) units += (*text.at & 0xc0) != 0x80 ? 1 + (*text.at >= 0xf0) : 0;
    return units;
}

/* --- sending ---------------------------------------------------------------------------------------- */

static void watch(client *c, int how)
{
    struct epoll_event e = { .events = how, .data.ptr = c };
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e)) epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
}

static void let_go(client *c)
{
    if (c->state == GONE) return;
    if (c->state == CONNECTING || c->state == ASKED || (c->state == OPEN && !c->synced)) failed++, opening--;
    else closed++;
    c->state = GONE;
    close(c->fd);
}

static void flush(client *c)
{
    while (c->out.size) {
        ssize_t n = send(c->fd, c->out.data, c->out.size, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) { watch(c, c->stalled ? EPOLLOUT : EPOLLIN | EPOLLOUT); return; }
        if (n < 0) { let_go(c); return; }
        memmove(c->out.data, c->out.data + n, c->out.size -= n);
    }
    watch(c, c->stalled ? 0 : EPOLLIN);
}

static void transmit(client *c, const byte *data, size_t size)
{
    bytes_out += size;
    if (c->out.size) { append(&c->out, data, size); return; }
    ssize_t n = send(c->fd, data, size, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) { let_go(c); return; }
    if (n < 0) n = 0;
    if ((size_t)n < size) { append(&c->out, data + n, size - n); flush(c); }
}

static void frame(client *c, int opcode, const byte *body, size_t size)
{
    static byte *made;
    static size_t room;
    if (size + 14 > room) made = grown(made, room = 2 * (size + 14));
    size_t n = 0;
    made[n++] = 0x80 | opcode;
    if (size < 126) made[n++] = 0x80 | size;
    else if (size < 65536) { made[n++] = 0x80 | 126; made[n++] = size >> 8; made[n++] = size; }
    else { made[n++] = 0x80 | 127; for (int i = 56; i >= 0; i -= 8) made[n++] = (uint64_t)size >> i; }
    byte *mask = made + n;
    uint32_t key = (uint32_t)rand() * 2654435761u;
    memcpy(mask, &key, 4);
    n += 4;
    for (size_t i = 0; i < size; i++) made[n + i] = body[i] ^ mask[i & 3];
    transmit(c, made, n + size);
}

static size_t addressed(client *c, byte *to)
{
    return hocuspocus ? put_bytes(to, c->document, strlen(c->document)) : 0;
}

static void send_sync(client *c, int step, const void *data, size_t size)
{
    byte *body = grown(NULL, size + 300);
    size_t n = addressed(c, body);
    body[n++] = 0;
    body[n++] = step;
    n += put_bytes(body + n, data, size);
    frame(c, 2, body, n);
    free(body);
}

static void send_presence(client *c)
{
    char state[8192];
    uint32_t id = FIRST_ID + (c - clients);
    const char *place = "{\"type\":null,\"tname\":\"text\",\"item\":{\"client\":%u,\"clock\":%u},\"assoc\":0}";
    char at[160];
    snprintf(at, sizeof at, place, id, c->clock ? c->clock - 1 : 0);
    int size = snprintf(state, sizeof state,
        "{\"user\":{\"name\":\"P%u\",\"color\":\"#30bced\",\"colorLight\":\"#30bced33\"},"
        "\"cursor\":{\"anchor\":%s,\"head\":%s}}", id, at, at);
    for (int i = 0; i < pad && size < 8000; i++) {  /* before the last brace: JSON may have blanks */
        state[size] = state[size - 1];
        state[size++ - 1] = ' ';
    }
    byte inner[8400], body[8800];
    size_t n = put(inner, 1);
    n += put(inner + n, id);
    n += put(inner + n, ++c->presence);
    n += put_bytes(inner + n, state, size);
    size_t m = addressed(c, body);
    body[m++] = 1;
    m += put_bytes(body + m, inner, n);
    frame(c, 2, body, m);
}

static void press(client *c, double at)
{
    byte update[64];
    uint32_t id = FIRST_ID + (c - clients);
    size_t n = 0;
    update[n++] = 1, update[n++] = 1;
    n += put(update + n, id);
    n += put(update + n, c->clock);
    if (c->clock) {
        update[n++] = 0x84;
        n += put(update + n, id);
        n += put(update + n, c->clock - 1);
    } else {
        update[n++] = 4, update[n++] = 1;
        n += put_bytes(update + n, "text", 4);
    }
    update[n++] = 1, update[n++] = 'a' + c->clock % 26, update[n++] = 0;
    if (c->clock >= c->sent_room)
        c->sent = grown(c->sent, (c->sent_room = c->sent_room ? 2 * c->sent_room : 64) * sizeof(double));
    c->sent[c->clock++] = at;
    send_sync(c, 2, update, n);
    if (cursor && c->state == OPEN) send_presence(c);
    keys++;
}

/* --- receiving -------------------------------------------------------------------------------------- */

static void typed(client *c, uint64_t author, uint64_t clock, uint64_t size, double at)
{
    int me = c - clients, first = me - me % per_room;
    int64_t other = (int64_t)author - FIRST_ID - first;
    if (other < 0 || other >= per_room) { unreadable++; return; }
    if (first + other == me) { echoed += size; return; }
    uint32_t *next = &c->expected[other];
    if (clock > *next) disordered += clock - *next;
    if (clock < *next) {
        uint64_t again = *next - clock < size ? *next - clock : size;
        doubled += again, clock += again, size -= again;
        if (!size) return;
    }
    client *from = &clients[first + other];
    delivered += size;
    for (uint64_t i = clock; i < clock + size && i < from->clock; i++)
        if (from->sent[i] >= measure_from && from->sent[i] < measure_to)
            sample(&delays, &delays_count, &delays_room, 1000 * (at - from->sent[i]));
    *next = clock + size;
}

/* Everything in an update; how many characters it spans. With a client, they count as received. */
static uint64_t taken_apart(reader r, client *c, double at)
{
    uint64_t extent = 0;
    for (uint64_t authors = number(&r); authors && !r.bad; authors--) {
        uint64_t structs = number(&r), author = number(&r), clock = number(&r);
        for (; structs && !r.bad; structs--) {
            byte info = r.at < r.end ? *r.at++ : 31;
            int kind = info & 31;
            if (kind == 0 || kind == 10) { uint64_t n = number(&r); clock += n, extent += kind ? 0 : n; continue; }
            if (info & 0x80) number(&r), number(&r);
            if (info & 0x40) number(&r), number(&r);
            if (!(info & 0xc0)) {
                if (number(&r)) part(&r);
                else number(&r), number(&r);
                if (info & 0x20) part(&r);
            }
            uint64_t size = kind == 4 ? utf16(part(&r)) : kind == 1 ? number(&r) : 0;
            if (!size) r.bad = 1;
            if (c && !r.bad) typed(c, author, clock, size, at);
            clock += size, extent += size;
        }
    }
    if (r.bad) unreadable++;
    return extent;
}

static void present(client *c, reader r)
{
    int me = c - clients, first = me - me % per_room;
    for (uint64_t n = number(&r); n && !r.bad; n--) {
        uint64_t id = number(&r), clock = number(&r);
        reader state = part(&r);
        int64_t other = (int64_t)id - FIRST_ID - first;
        int gone = state.end - state.at == 4 && !memcmp(state.at, "null", 4);
        if (other < 0 || other >= per_room) continue;
        if (first + other != me) { if (!gone) c->seen[other] = clock; }
        else if (gone && clock >= c->presence && c->presence) { c->presence = clock; send_presence(c); }
    }
}

static void now_synced(client *c, reader update, double at)
{
    uint64_t extent = taken_apart(update, seed_file ? NULL : c, at);
    if (c->synced) return;
    c->synced = 1, synced++, opening--;
    if (seed_file && extent != seed_extent) joined_short++;
    if (cursor) send_presence(c);
}

static void message(client *c, reader r, double at)
{
    frames++;
    if (hocuspocus) part(&r);
    uint64_t kind = number(&r);
    if (kind == 1) { present(c, part(&r)); return; }
    if (kind != 0 && kind != 4) return;  /* acknowledgements and the like */
    uint64_t step = number(&r);
    reader body = part(&r);
    if (r.bad) { unreadable++; return; }
    if (step == 0) send_sync(c, 1, "\0\0", 2);
    else if (step == 1) now_synced(c, body, at);
    else if (!seed_file) taken_apart(body, c, at);
}

static void ended(client *c, reader r)
{
    if (r.end - r.at >= 2) {
        last_code = r.at[0] << 8 | r.at[1];
        snprintf(last_reason, sizeof last_reason, "%.*s", (int)(r.end - r.at - 2), (const char *)r.at + 2);
        for (char *p = last_reason; *p; p++) if (*p == '"' || *p == '\\' || *p < ' ') *p = ' ';
    }
    let_go(c);
}

/* One frame; how many bytes it took, 0 if it is not all there. */
static size_t one_frame(client *c, const byte *data, size_t size, double at)
{
    if (size < 2) return 0;
    uint64_t length = data[1] & 0x7f;
    size_t head = length < 126 ? 2 : length == 126 ? 4 : 10;
    if (size < head) return 0;
    if (head > 2) { length = 0; for (size_t i = 2; i < head; i++) length = length << 8 | data[i]; }
    if (size < head + length) return 0;
    reader r = { data + head, data + head + length, 0 };
    int opcode = data[0] & 15;
    if (!(data[0] & 0x80)) unreadable++;
    if (opcode == 2) message(c, r, at);
    else if (opcode == 8) ended(c, r);
    else if (opcode == 9) frame(c, 10, r.at, length);
    return head + length;
}

static size_t answered(client *c, const byte *data, size_t size)
{
    const byte *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return 0;
    if (memcmp(data, "HTTP/1.1 101", 12)) { last_code = atoi((const char *)data + 9); let_go(c); return size; }
    c->state = OPEN;
    if (hocuspocus) {
        byte body[400];
        size_t n = addressed(c, body);
        body[n++] = 2, body[n++] = 0;
        n += put_bytes(body + n, "token", 5);
        n += put_bytes(body + n, "4.8.0", 5);
        frame(c, 2, body, n);
    }
    send_sync(c, 0, "\0", 1);
    return end + 4 - data;
}

static void take(client *c)
{
    ssize_t n = recv(c->fd, scratch, sizeof scratch, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) { let_go(c); return; }
    double at = now();
    bytes_in += n;
    const byte *data = scratch;
    size_t size = n, used = 0, step;
    if (c->in.size) { append(&c->in, scratch, n); data = c->in.data; size = c->in.size; }
    while (c->state == ASKED || c->state == OPEN) {
        step = c->state == ASKED ? answered(c, data, size) : one_frame(c, data + used, size - used, at);
        if (!step) break;
        used += step;
    }
    if (c->state == GONE) return;
    if (data == scratch) { if (used < size) append(&c->in, data + used, size - used); }
    else memmove(c->in.data, c->in.data + used, c->in.size -= used);
    if (!c->in.size && c->in.room) free(c->in.data), memset(&c->in, 0, sizeof c->in);
}

/* --- coming in -------------------------------------------------------------------------------------- */

static void arrive(client *c)
{
    int one = 1, small = 1400, me = c - clients;
    struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002 + me % 200) };
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f000001) };
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) { perror("socket"); exit(2); }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (stall) {  /* as over a real network: the kernel holds little of what is not read */
        int few = 16384;
        setsockopt(c->fd, IPPROTO_TCP, TCP_MAXSEG, &small, sizeof small);
        setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &few, sizeof few);
    }
    bind(c->fd, (struct sockaddr *)&from, sizeof from);
    connect(c->fd, (struct sockaddr *)&to, sizeof to);
    c->state = CONNECTING;
    opening++;
    watch(c, EPOLLOUT);
}

static void knock(client *c)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) { let_go(c); return; }
    int n = snprintf((char *)scratch, sizeof scratch,
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", c->path, port);
    c->state = ASKED;
    watch(c, EPOLLIN);
    transmit(c, scratch, n);
}

static void turn(double wait)
{
    static struct epoll_event events[512];
    struct timespec t = { (time_t)wait, (long)((wait - (time_t)wait) * 1e9) };
    int n = epoll_pwait2(epoll, events, 512, &t, NULL);
    for (int i = 0; i < n; i++) {
        client *c = events[i].data.ptr;
        if (c->state == CONNECTING) knock(c);
        else if (c->state != GONE) {
            if (events[i].events & EPOLLOUT) flush(c);
            if (c->state != GONE && events[i].events & ~EPOLLOUT) take(c);
        }
    }
}

/* Bring in these; true if all of them are in. In each room somebody is first: there are servers which two that
 * open a room at once bring down. */
static int come_in(int from, int to)
{
    double until = now() + patience;
    int rooms = count / per_room;
    for (int next = from; now() < until;) {
        for (; next < to && opening < at_once && (next != rooms || !opening); next++)
            arrive(&clients[next % rooms * per_room + next / rooms]);
        if (next == to && !opening) break;
        turn(0.01);
    }
    return synced == to;
}

static void tell(const char *what)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("{\"now\":\"%s\",\"at\":%.6f,\"cpu\":%.6f}\n", what, now(), u.ru_utime.tv_sec + u.ru_stime.tv_sec
           + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6);
    fflush(stdout);
}

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

/* --- typing ----------------------------------------------------------------------------------------- */

static void stop_reading(void)
{
    for (int i = per_room - 1; i < count; i += per_room)
        if (clients[i].state == OPEN) { clients[i].stalled = 1; watch(&clients[i], 0); }
}

static void pass(client **typists, int n, double to, uint64_t *key, double began)
{
    double gap = 1 / (n * rate);
    while (now() < to) {
        for (int burst = 0; burst < 256; burst++) {
            double due = began + *key * gap, at = now();
            if (due > at || due >= to) break;
            client *c = typists[(*key)++ % n];
            if (at >= measure_from) sample(&lateness, &late_count, &late_room, 1000 * (at - due));
            if (c->state == OPEN) press(c, at);
        }
        double wait = began + *key * gap - now();
        turn(wait <= 0 ? 0 : wait < 0.0001 ? 0.0001 : wait > 0.01 ? 0.01 : wait);
    }
}

/* What the others should have by now, and what of it is missing. */
static uint64_t missing(uint64_t *stale)
{
    uint64_t lost = 0;
    expected = *stale = 0;
    for (int me = 0; me < count; me++) {
        if (clients[me].stalled || clients[me].state != OPEN) continue;
        int first = me - me % per_room;
        for (int i = 0; i < per_room; i++) {
            if (first + i == me) continue;
            expected += clients[first + i].clock;
            lost += clients[first + i].clock - clients[me].expected[i];
            *stale += clients[me].seen[i] < clients[first + i].presence;
        }
    }
    return lost;
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double quantile(float *all, size_t n, double share)
{
    if (!n) return 0;
    size_t place = (size_t)ceil(share * n);
    return all[place ? place - 1 : 0];
}

static void work(void)
{
    int n = 0;
    client **typists = grown(NULL, count * sizeof *typists);
    for (int slot = 0; slot < writers; slot++)  /* neighbours in time are in different rooms */
        for (int i = slot; i < count; i += per_room) typists[n++] = &clients[i];
    uint64_t key = 0, stale;
    double began = now();
    pass(typists, n, began + warmup, &key, began);
    if (stall) stop_reading();
    measure_from = now(), measure_to = measure_from + seconds;
    uint64_t in = bytes_in, out = bytes_out, got = delivered, shown = frames;
    double spent = cpu();
    tell("measuring");
    pass(typists, n, measure_to, &key, began);
    tell("measured");
    double share = (cpu() - spent) / (now() - measure_from), window = delivered - got;
    in = bytes_in - in, out = bytes_out - out, shown = frames - shown;
    for (double until = now() + drain; now() < until && (missing(&stale) || (cursor && stale));)
        for (double soon = now() + 0.05; now() < soon;) turn(0.01);
    uint64_t lost = missing(&stale);
    qsort(delays, delays_count, sizeof(float), by_size);
    qsort(lateness, late_count, sizeof(float), by_size);
    printf("{\"now\":\"done\",\"clients\":%d,\"keys\":%lu,\"expected\":%lu,\"delivered\":%lu,\"missing\":%lu,"
           "\"doubled\":%lu,\"disordered\":%lu,\"unreadable\":%lu,\"stale\":%lu,\"echoed\":%lu,\"closed\":%d,"
           "\"code\":%d,\"reason\":\"%s\",\"samples\":%zu,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f,"
           "\"late_p99\":%.3f,\"share\":%.4f,\"in_window\":%.0f,\"frames\":%lu,\"received\":%lu,\"sent\":%lu,"
           "\"seconds\":%.3f}\n",
           count, keys, expected, delivered, lost, doubled, disordered, unreadable, stale, echoed, closed,
           last_code, last_reason, delays_count, quantile(delays, delays_count, 0.5),
           quantile(delays, delays_count, 0.99), quantile(delays, delays_count, 1),
           quantile(lateness, late_count, 0.99), share, window, shown, in, out, seconds);
}

/* --- a loaded document ------------------------------------------------------------------------------ */

/* The first of each room brings the document, and then asks for all of it: so it is known to be there. */
static void bring(void)
{
    joined_short = 0;
    for (int i = 0; i < count; i += per_room) {
        client *c = &clients[i];
        if (c->state != OPEN) continue;
        c->synced = 0, synced--, opening++;
        send_sync(c, 2, seed.data, seed.size);
        send_sync(c, 0, "\0", 1);
    }
    for (double until = now() + patience; now() < until && opening;) turn(0.01);
}

static void read_seed(void)
{
    FILE *f = fopen(seed_file, "rb");
    if (!f) { perror(seed_file); exit(2); }
    for (size_t n; (n = fread(scratch, 1, sizeof scratch, f));) append(&seed, scratch, n);
    fclose(f);
    seed_extent = taken_apart((reader){ seed.data, seed.data + seed.size, 0 }, NULL, 0);
}

static void hold_on(void)
{
    struct pollfd input = { .fd = 0, .events = POLLIN };
    while (poll(&input, 1, 0) == 0) turn(0.02);
}

/* All but those who brought it come at once. */
static int storm(void)
{
    int first = at_once;
    at_once = 1;
    if (!come_in(0, 1)) return 0;
    bring();
    at_once = first;
    tell("seeded");
    double began = now();
    int in = come_in(1, count);
    printf("{\"now\":\"joined\",\"seconds\":%.4f,\"short\":%lu,\"failed\":%d,\"code\":%d,\"received\":%lu}\n",
           now() - began, joined_short, failed, last_code, bytes_in);
    return in;
}

/* --- beginning -------------------------------------------------------------------------------------- */

static void read_people(void)
{
    FILE *f = fopen(people_file, "r");
    char *line = NULL;
    size_t room = 0;
    int most = 0;
    if (!f) { perror(people_file); exit(2); }
    while (getline(&line, &room, f) > 0) {
        if (count == most) clients = grown(clients, (most = most ? 2 * most : 1024) * sizeof(client));
        client *c = memset(&clients[count++], 0, sizeof(client));
        c->document = strdup(strtok(line, " \n"));
        c->path = strdup(strtok(NULL, " \n"));
    }
    fclose(f);
    for (int i = 0; i < count; i++) {
        clients[i].expected = calloc(per_room, sizeof(uint32_t));
        clients[i].seen = calloc(per_room, sizeof(uint32_t));
    }
}

static int option(const char *name, const char *value)
{
    struct { const char *name; int *flag, *whole; double *real; const char **text; } known[] = {
        { "--cursor", &cursor, 0, 0, 0 }, { "--stall", &stall, 0, 0, 0 }, { "--hold", &hold, 0, 0, 0 },
        { "--hocuspocus", &hocuspocus, 0, 0, 0 }, { "--port", 0, &port, 0, 0 }, { "--room", 0, &per_room, 0, 0 },
        { "--writers", 0, &writers, 0, 0 }, { "--at-once", 0, &at_once, 0, 0 }, { "--pad", 0, &pad, 0, 0 },
        { "--rate", 0, 0, &rate, 0 }, { "--warmup", 0, 0, &warmup, 0 }, { "--seconds", 0, 0, &seconds, 0 },
        { "--drain", 0, 0, &drain, 0 }, { "--patience", 0, 0, &patience, 0 },
        { "--people", 0, 0, 0, &people_file }, { "--seed", 0, 0, 0, &seed_file },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name)) continue;
        if (known[i].flag) { *known[i].flag = 1; return 1; }
        if (!value) break;
        if (known[i].whole) *known[i].whole = atoi(value);
        else if (known[i].real) *known[i].real = atof(value);
        else *known[i].text = value;
        return 2;
    }
    fputs(HELP, stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc;) i += option(argv[i], i + 1 < argc ? argv[i + 1] : NULL);
    if (!port || !people_file || per_room < 1) { fputs(HELP, stderr); return 2; }
    if (!writers || writers > per_room) writers = per_room;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    epoll = epoll_create1(0);
    read_people();
    if (seed_file) read_seed();
    tell("begun");
    if (seed_file && per_room == count) return storm() ? 0 : 1;
    if (!come_in(0, count)) {
        printf("{\"now\":\"refused\",\"clients\":%d,\"synced\":%d,\"failed\":%d,\"code\":%d,\"reason\":\"%s\"}\n",
               count, synced, failed, last_code, last_reason);
        return 1;
    }
    tell("connected");
    if (seed_file) bring(), tell("seeded");
    if (hold) hold_on();
    else work();
    return 0;
}
