/* How a process enters a host: what the spawner's programs and the zygote's services share. */
#define _GNU_SOURCE
#include "entry.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_GROUPS = 64 };
enum { WITH_TERMINAL = 1 }; /* flag of a request */

struct sock_fprog filter;
const char *at, *end;

/* ---- reading a payload: numbers are little-endian, strings have a length and a NUL ---- */

const void *take(size_t size)
{
    if ((size_t)(end - at) < size) {
        errno = EBADMSG;
        fail("a request is cut short");
    }
    const void *start = at;
    at += size;
    return start;
}

uint32_t number(void)
{
    uint32_t value;
    memcpy(&value, take(sizeof value), sizeof value);
    return value;
}

uint64_t wide(void)
{
    uint64_t value;
    memcpy(&value, take(sizeof value), sizeof value);
    return value;
}

const char *bytes(uint32_t *length)
{
    *length = number();
    return take((size_t)*length + 1);
}

const char *string(void)
{
    uint32_t length;
    return bytes(&length);
}

int take_descriptors(struct msghdr *message, int *fds)
{
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    int count = 0;
    if (control && control->cmsg_type == SCM_RIGHTS) {
        count = (control->cmsg_len - CMSG_LEN(0)) / sizeof *fds;
        memcpy(fds, CMSG_DATA(control), count * sizeof *fds);
    }
    if (!(message->msg_flags & MSG_CTRUNC))
        return count;
    while (count)
        close(fds[--count]);
    return -1;
}

/* ---- what init and programs have in common ---- */

void unblock_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A capability outside the bounding set can never come back, not even by a setuid program. */
void bound_capabilities(uint64_t kept)
{
    for (int capability = 0; capability < 64; capability++) {
        if (kept >> capability & 1)
            continue;
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) {
            if (errno == EINVAL)
                return; /* the kernel's last capability is behind us */
            fail("cut capabilities");
        }
    }
}

/* Needs CAP_SYS_ADMIN in the host, or no_new_privs, under which setuid programs would not
 * work: so it comes before ids are taken and capabilities lost. */
void load_filter(void)
{
    if (filter.len && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0)
        fail("load the system call filter");
}

/* With one id only (no subordinate ids) the kernel lets nobody touch groups: then an empty
 * list is as good as taken, and the agent has named that mode as degraded. */
static int take_groups(size_t count, const gid_t *groups)
{
    int done = setgroups(count, groups);
    return done < 0 && errno == EPERM && !count ? 0 : done;
}

void become_root(void)
{
    if (take_groups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
        fail("become the host's root");
}

void join_cgroups(const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        if (write(fds[i], "0", 1) != 1)
            fail("enter a control group");
}

void set_capabilities(uint64_t mask)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    uint32_t low = (uint32_t)mask, high = (uint32_t)(mask >> 32);
    struct __user_cap_data_struct sets[2] = {{low, low, 0}, {high, high, 0}};
    if (syscall(SYS_capset, &head, sets) < 0)
        fail("set capabilities");
}

/* ---- entering ---- */

/* As a login does: the user opens a terminal of the host's own and leads its session. The
 * agent gets the other side. */
static void take_terminal(int channel)
{
    int unlock = 0, master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
        fail("open a terminal");
    int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) < 0)
        fail("take a terminal");
    char room[CMSG_SPACE(sizeof master)] = {0};
    struct iovec byte = {.iov_base = "t", .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &byte, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    *control = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof master), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(control), &master, sizeof master);
    if (sendmsg(channel, &message, MSG_NOSIGNAL) < 0)
        fail("hand out a terminal");
    for (int fd = 0; fd < 3; fd++)
        if (dup2(slave, fd) < 0)
            fail("take a terminal");
}

/* Without a log, the request's descriptors; with one, nothing in and the log out. (A pipe
 * that the host has put in the log's place must not hold us up: hence O_NONBLOCK.) */
static void take_streams(const char *log, const int *fds, int count)
{
    int streams[3] = {-1, -1, -1};
    if (*log) {
        streams[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
        streams[1] = open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640);
        streams[2] = streams[1];
    } else if (count >= 3) {
        memcpy(streams, fds, sizeof streams);
    }
    /* First out of the way: a stream may itself have one of the numbers 0 to 2. */
    for (int i = 0; i < 3; i++)
        if ((streams[i] = fcntl(streams[i], F_DUPFD_CLOEXEC, 3)) < 0)
            fail(*log ? log : "take the streams");
    for (int i = 0; i < 3; i++)
        if (dup2(streams[i], i) < 0)
            fail("take the streams");
}

/* Returns the limit of open files, which comes last: what the kernel lets a user have in
 * flight between processes is judged by it, hosts share their users, and a terminal is handed
 * out that way. A host with many in flight would take all others' terminals. */
static struct rlimit set_limits(uint64_t own_size)
{
    struct rlimit files = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    for (uint32_t count = number(); count; count--) {
        int resource = number();
        uint64_t value = wide();
        if (resource == RLIMIT_AS)
            value += own_size;
        struct rlimit own; /* can only be lowered: an account's own limit may be below a host's */
        if (getrlimit(resource, &own) == 0 && own.rlim_max < value)
            value = own.rlim_max;
        struct rlimit limit = {.rlim_cur = value, .rlim_max = value};
        if (resource == RLIMIT_NOFILE)
            files = limit;
        else if (setrlimit(resource, &limit) < 0)
            fail("set a limit");
    }
    return files;
}

static void set_ids(uint32_t uid, uint32_t gid, uint32_t count, const gid_t *groups)
{
    if (take_groups(count, groups) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        fail("take the user's ids");
}

struct entry enter(int host, const int *fds, int count, uint64_t own_size)
{
    const int spaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC |
                       CLONE_NEWCGROUP;
    uint32_t flags = number(), uid = number(), gid = number(), groups = number();
    gid_t group[MAX_GROUPS];
    for (uint32_t i = 0; i < groups; i++) {
        gid_t value = number();
        group[i < MAX_GROUPS ? i : 0] = value;
    }
    uint64_t kept = wide();
    int nice = (int)number();
    const char *log = string();
    int streams = flags & WITH_TERMINAL ? 1 : *log ? 0 : 3;
    if (count < streams || groups > MAX_GROUPS) {
        errno = EBADMSG;
        fail("a request lacks descriptors");
    }
    join_cgroups(fds + streams, count - streams);
    unblock_signals();
    setsid();
    /* Only down: nobody may give more than the sandbox itself was started with. */
    if (nice > getpriority(PRIO_PROCESS, 0) && setpriority(PRIO_PROCESS, 0, nice) < 0)
        fail("set the priority");
    if (setns(host, spaces) < 0)
        fail("enter the host");
    struct rlimit files = set_limits(own_size);
    bound_capabilities(kept);
    load_filter();
    become_root();
    if (!(flags & WITH_TERMINAL))
        take_streams(log, fds, streams);
    set_ids(uid, gid, groups, group);
    if (flags & WITH_TERMINAL)
        take_terminal(fds[0]);
    if (files.rlim_max != RLIM_INFINITY && setrlimit(RLIMIT_NOFILE, &files) < 0)
        fail("set a limit");
    const char *directory = string();
    umask(022);
    if (*directory && chdir(directory) < 0)
        fail(directory);
    return (struct entry){.uid = uid, .kept = kept};
}
