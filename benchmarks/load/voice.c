/* The wire of many voices, in one thread: sends packets when they are due, and notes all that arrives.
 *
 * It knows nothing of STUN, DTLS or SRTP: what is to be sent was made before, and what matters of what arrives
 * stands in the clear in the header of SRTP. Of some packets the whole is kept, for whoever has the keys.
 * When a packet arrived is what the kernel noted as the server sent it, so it may be read later, many at once.
 * Times are nanoseconds since the epoch. Compiled as a shared library; see benchmarks/measuring/voice_wire.py.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    int64_t due, sent;          /* due: after the beginning; sent: 0 not yet, -1 refused by the kernel */
    uint32_t line, at, size, _; /* index of a socket; where the packet's bytes are */
} packet;

typedef struct {
    int64_t at;
    uint32_t line, ssrc, kept;  /* kept: where its bytes are, or NONE */
    uint16_t sequence, size;
    uint8_t first, second, _[6];
} arrival;

enum { AT_ONCE = 16, LARGEST = 1500, EVENTS = 512 };
static const uint32_t NONE = UINT32_MAX;
static const int64_t NAP = 200000, LOOK = 4000000;

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t stamp(struct msghdr *head)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(head); c; c = CMSG_NXTHDR(head, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec t;
            memcpy(&t, CMSG_DATA(c), sizeof t);
            return t.tv_sec * 1000000000LL + t.tv_nsec;
        }
    return now();
}

static uint32_t big(const uint8_t *at) { return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3]; }

typedef struct {
    arrival *arrivals;
    uint64_t most, count, lost; /* lost: no room was left to note them */
    uint8_t *bytes;
    uint64_t room, used;
    uint32_t every;             /* keep those whose sequence number this divides; 0 keeps none, 1 all */
} notes;

static void keep(notes *n, arrival *a, const uint8_t *data)
{
    int rtp = a->first >= 128 && !(a->second >= 192 && a->second < 224);
    if (!n->every || (rtp && a->sequence % n->every) || n->used + a->size > n->room) return;
    memcpy(n->bytes + n->used, data, a->size);
    a->kept = n->used;
    n->used += a->size;
}

static void note(notes *n, uint32_t line, const uint8_t *data, uint16_t size, int64_t at)
{
    if (n->count == n->most) { n->lost++; return; }
    arrival *a = &n->arrivals[n->count++];
    *a = (arrival){.at = at, .line = line, .kept = NONE, .size = size};
    if (size >= 12) {
        a->first = data[0], a->second = data[1];
        a->sequence = data[2] << 8 | data[3];
        a->ssrc = big(data + 8);
    }
    keep(n, a, data);
}

static void drain(notes *n, uint32_t line, int fd)
{
    static uint8_t data[AT_ONCE][LARGEST], control[AT_ONCE][64];
    struct mmsghdr heads[AT_ONCE];
    struct iovec parts[AT_ONCE];
    int got;
    do {
        for (int i = 0; i < AT_ONCE; i++) {
            parts[i] = (struct iovec){data[i], LARGEST};
            heads[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1,
                .msg_control = control[i], .msg_controllen = sizeof control[i]};
        }
        got = recvmmsg(fd, heads, AT_ONCE, MSG_DONTWAIT, NULL);
        for (int i = 0; i < got; i++)
            note(n, line, data[i], heads[i].msg_len, stamp(&heads[i].msg_hdr));
    } while (got == AT_ONCE);
}

static void look(notes *n, int epoll, const int *fds)
{
    struct epoll_event ready[EVENTS];
    int got;
    do {
        got = epoll_wait(epoll, ready, EVENTS, 0);
        for (int i = 0; i < got; i++) drain(n, ready[i].data.u32, fds[ready[i].data.u32]);
    } while (got == EVENTS);
}

/* Sends `count` packets, sorted by `due`, on `lines` sockets, and listens until `end`. 0, or an errno. */
int run(const int *fds, uint32_t lines, packet *packets, uint64_t count, const uint8_t *bytes, notes *n,
        int64_t begin, int64_t end, volatile int *stop)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC), yes = 1;
    if (epoll < 0) return errno;
    for (uint32_t i = 0; i < lines; i++) {
        struct epoll_event in = {.events = EPOLLIN, .data.u32 = i};
        setsockopt(fds[i], SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes);
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &in)) { int why = errno; close(epoll); return why; }
    }
    uint64_t next = 0;
    int64_t looked = 0, t;
    while ((t = now()) < end && !*stop) {
        for (; next < count && begin + packets[next].due <= t; next++) {
            packet *p = &packets[next];
            p->sent = now();
            if (send(fds[p->line], bytes + p->at, p->size, MSG_DONTWAIT) < 0) p->sent = -1;
        }
        if (t - looked >= LOOK) { look(n, epoll, fds); looked = t; }
        struct timespec nap = {0, NAP};
        if (next == count || begin + packets[next].due > now()) nanosleep(&nap, NULL);
    }
    look(n, epoll, fds);
    close(epoll);
    return 0;
}
