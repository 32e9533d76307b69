/* The spawner: makes hosts and starts programs in them, and knows nothing.
 *
 * The agent holds the whole plan, so nothing that a host can look at may be forked from it.
 * This program is exec'd by the agent inside the template mount namespace, gets one request
 * at a time over a stream socket, and forgets it before the next: a request lives in a
 * mapping of its own, which is unmapped when it has been served.
 *
 * What it keeps is the filter and the steps that are the same for all hosts.
 *
 * It decides nothing. Which mounts a host has, which files, capabilities, limits and system
 * calls, all comes from the agent as data (see _spawner_wire.py, _command.py and _recipe.py for
 * the encoding).
 *
 *   descriptor 3   requests: a header, then its payload; descriptors travel with the header
 *   descriptor 4   reports: fixed records, smaller than PIPE_BUF, so every process may write
 *   descriptor 5   a file with the first requests, which the client wrote; served before all others
 *
 * With entry.c it is all that is ever forked into a host but for services in Python. Hosts are
 * cloned from the main thread. A program enters a host in two steps: the spawner
 * enters the pid namespace and forks, the child enters all others (entry.c).
 */
#define _GNU_SOURCE
#include "entry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUESTS = 3, REPORTS = 4, FIRST = 5, OWN_PIDS = 6, MAX_FDS = 16, MAX_WORDS = 4096 };
enum request { CONFIGURE, CREATE, RUN, SIGNAL };
enum outcome { CREATED, READY, FAILED, STARTED, EXITED };
enum { WITHOUT_CHILD = 1 }; /* detail of FAILED: no EXITED will follow */

struct header {
    uint32_t kind, id, length, unused;
};

struct report {
    uint32_t kind, id;
    int32_t value, detail;
    char text[112];
};

static uint32_t current; /* id of the request being served */
static const char *shared, *shared_end;

static void tell(enum outcome kind, uint32_t id, int value, int detail, const char *text)
{
    struct report report = {.kind = kind, .id = id, .value = value, .detail = detail};
    snprintf(report.text, sizeof report.text, "%s", text);
    while (write(REPORTS, &report, sizeof report) < 0 && errno == EINTR)
        ;
}

/* Ends the child that serves a request; the agent gets errno and what was being done. */
void fail(const char *what)
{
    tell(FAILED, current, errno, 0, what);
    _exit(127);
}

/* ---- creating a host ---- */

static void write_all(int fd, const char *data, uint32_t length, const char *path)
{
    while (length) {
        ssize_t written = write(fd, data, length);
        if (written < 0)
            fail(path);
        data += written;
        length -= written;
    }
}

static void make_file(void)
{
    const char *path = string();
    uint32_t mode = number(), uid = number(), gid = number(), length;
    const char *content = bytes(&length);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode & 0777);
    if (fd < 0)
        fail(path);
    write_all(fd, content, length, path);
    if ((uid || gid) && fchown(fd, uid, gid) < 0)
        fail(path);
    if (fchmod(fd, mode) < 0) /* it may have been there, and a change of owner takes bits away */
        fail(path);
    close(fd);
}

static void make_directory(void)
{
    const char *path = string();
    uint32_t mode = number(), uid = number(), gid = number();
    if (mkdir(path, mode & 0777) < 0 && errno != EEXIST)
        fail(path);
    if ((uid || gid) && lchown(path, uid, gid) < 0)
        fail(path);
    if (mode & 07000 && chmod(path, mode) < 0)
        fail(path);
}

static void make_mount(void)
{
    const char *source = string(), *target = string(), *type = string();
    unsigned long flags = wide();
    const char *data = string();
    if (mount(source, target, *type ? type : NULL, flags, *data ? data : NULL) < 0)
        fail(target);
}

/* Of a kernel setting: it must be set; or unless the kernel lets the machine's root alone do so,
 * because it is no host's own; or where it can be. */
enum need { MUST, IF_OWN, OPTIONAL };

/* Writes into a file that exists: a kernel setting. */
static void set_value(enum need need)
{
    const char *path = string();
    uint32_t length;
    const char *value = bytes(&length);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int is_others = fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS);
    int done = fd >= 0 && write(fd, value, length) == (ssize_t)length;
    if (!done && (need == MUST || (need == IF_OWN && !is_others)))
        fail(path);
    if (fd >= 0)
        close(fd);
}

static void follow_recipe(void);

/* Steps that came with the settings: they are the same for all hosts. */
static void follow_shared(void)
{
    const char *own_at = at, *own_end = end;
    at = shared;
    end = shared_end;
    follow_recipe();
    at = own_at;
    end = own_end;
}

static void follow_recipe(void)
{
    while (at < end) {
        switch (*(const char *)take(1)) {
        case 'd': make_directory(); break;
        case 'f': make_file(); break;
        case 'm': make_mount(); break;
        case 'v': set_value(MUST); break;
        case 'u': set_value(IF_OWN); break;
        case 'o': set_value(OPTIONAL); break;
        case 's': follow_shared(); break;
        case 'l': {
            const char *target = string(), *path = string();
            if (symlink(target, path) < 0)
                fail(path);
            break;
        }
        case 'n': {
            uint32_t length;
            const char *name = bytes(&length);
            if (sethostname(name, length) < 0)
                fail(name);
            break;
        }
        default: errno = EBADMSG; fail("an unknown step in a host's recipe");
        }
    }
}

/* How many of the first descriptors are open (all above have just been closed in one call):
 * the agent compares it with the plan. */
static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 64; fd++)
        count += fd != REPORTS && fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void close_all_but_reports(void)
{
    syscall(SYS_close_range, 0, REPORTS - 1, 0);
    syscall(SYS_close_range, REPORTS + 1, ~0U, 0);
}

/* Pid 1 of a host: makes its world, then holds its namespaces and buries its orphans. */
static _Noreturn void be_init(int go, uint64_t kept, void *payload, size_t size)
{
    char mapped;
    if (read(go, &mapped, 1) != 1)
        _exit(127); /* the spawner has reported why */
    prctl(PR_SET_NAME, "init", 0, 0, 0);
    umask(0);
    become_root();
    follow_recipe();
    munmap(payload, size);
    bound_capabilities(kept);
    load_filter();
    set_capabilities(0);
    close_all_but_reports();
    signal(SIGCHLD, SIG_IGN); /* the kernel then buries children by itself */
    tell(READY, current, open_descriptors(), 0, "");
    close(REPORTS);
    for (;;)
        pause();
}

static int write_map(pid_t pid, const char *which, const char *map)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, which);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int done = write(fd, map, strlen(map)) == (ssize_t)strlen(map) ? 0 : -1;
    close(fd);
    return done;
}

static void create(void *payload, size_t size, const int *fds, int count)
{
    const int spaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS |
                       CLONE_NEWIPC;
    const char *uids = string(), *gids = string();
    uint64_t kept = wide();
    int go[2];
    if (pipe2(go, O_CLOEXEC) < 0) {
        tell(FAILED, current, errno, 0, "make a pipe");
        return;
    }
    pid_t pid = syscall(SYS_clone, spaces | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        join_cgroups(fds, count);
        /* Only now: a namespace begins at the groups that its maker is in, and in version 2 nobody
         * enters a group beyond the namespace of whoever has opened the door: the agent, which has
         * the machine's. */
        if (unshare(CLONE_NEWCGROUP) < 0)
            fail("begin a control group namespace");
        unblock_signals();
        close(go[1]);
        be_init(go[0], kept, payload, size);
    }
    if (pid < 0)
        tell(FAILED, current, errno, 0, "clone a host");
    else if (write_map(pid, "uid_map", uids) < 0 || write_map(pid, "gid_map", gids) < 0) {
        tell(FAILED, current, errno, 0, "write a host's id map");
        kill(pid, SIGKILL);
    } else {
        tell(CREATED, current, pid, 0, "");
        if (write(go[1], "", 1) < 0)
            tell(FAILED, current, errno, 0, "wake a host's init");
    }
    close(go[0]);
    close(go[1]);
}

/* ---- running a program in a host ---- */

static char **words(void)
{
    uint32_t count = number();
    char **list = count < MAX_WORDS ? calloc(count + 1, sizeof *list) : NULL;
    if (!list) {
        errno = E2BIG;
        fail("read the command line");
    }
    for (uint32_t i = 0; i < count; i++)
        list[i] = (char *)string();
    return list;
}

/* What a program gets is looked at each time, not only once: its three streams, and nothing that
 * survives the exec. */
static void keep_only_streams(void)
{
    if (syscall(SYS_close_range, REPORTS + 1, ~0U, 0) < 0)
        fail("close all descriptors but the streams");
    for (int fd = 0; fd <= REPORTS; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || !(flags & FD_CLOEXEC) != (fd < 3)) {
            errno = EBADF;
            fail("a program was about to get other descriptors than its streams");
        }
    }
}

/* fds: the host; a pipe that closes when the program runs; then as `enter` wants them. */
static _Noreturn void be_program(const int *fds, int count)
{
    if (count < 2) {
        errno = EBADMSG;
        fail("a request lacks descriptors");
    }
    enter(fds[0], fds + 2, count - 2, 0);
    char **argv = words(), **environment = words();
    /* These two close by themselves with the exec; the report pipe is for its failure. */
    if (dup3(fds[1], REQUESTS, O_CLOEXEC) < 0)
        fail("keep the start pipe");
    keep_only_streams();
    environ = environment; /* its PATH is searched */
    execvp(argv[0], argv);
    fail(argv[0]);
}

/* Forks into a host's pid namespace; -1 with a report where that cannot be. */
static pid_t fork_into(int host)
{
    pid_t pid = -1;
    if (setns(host, CLONE_NEWPID) < 0) {
        tell(FAILED, current, errno, WITHOUT_CHILD, "enter the host");
        return -1;
    }
    pid = fork();
    if (pid == 0)
        return 0;
    int error = errno;
    if (setns(OWN_PIDS, CLONE_NEWPID) < 0)
        abort(); /* never stay inside: the next fork would land in the wrong host */
    if (pid < 0)
        tell(FAILED, current, error, WITHOUT_CHILD, "fork in the host");
    return pid;
}

static void run(const int *fds, int count)
{
    pid_t pid = count ? fork_into(fds[0]) : -1;
    if (pid == 0)
        be_program(fds, count);
    if (pid > 0)
        tell(STARTED, current, pid, 0, "");
}

/* Every process of a host but its init. */
static void signal_all(const int *fds, int count)
{
    pid_t pid = count ? fork_into(fds[0]) : -1;
    if (pid == 0) {
        kill(-1, (int)number());
        _exit(0);
    }
    if (pid > 0)
        waitpid(pid, NULL, 0);
    tell(READY, current, 0, 0, "");
}

/* ---- the loop ---- */

static void *keep_bytes(uint32_t *length)
{
    const char *given = bytes(length);
    void *kept = malloc(*length + 1);
    if (!kept)
        abort();
    return memcpy(kept, given, *length);
}

static void configure(void)
{
    uint32_t length;
    filter.filter = keep_bytes(&length);
    filter.len = length / sizeof *filter.filter;
    shared = keep_bytes(&length);
    shared_end = shared + length;
}

/* The report comes before the pid is free: whoever opens a pid and then finds no report of its
 * end has opened the right process. */
static void bury(void)
{
    for (;;) {
        siginfo_t dead = {0};
        if (waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) < 0 || !dead.si_pid)
            return;
        int status = dead.si_code == CLD_EXITED ? dead.si_status : -dead.si_status;
        tell(EXITED, 0, dead.si_pid, status, "");
        waitpid(dead.si_pid, NULL, 0);
    }
}

static int receive(struct header *header, int *fds)
{
    char room[CMSG_SPACE(MAX_FDS * sizeof *fds)];
    struct iovec part = {.iov_base = header, .iov_len = sizeof *header};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    ssize_t size = recvmsg(REQUESTS, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
    if (size != sizeof *header)
        exit(0); /* the agent has closed: the sandbox ends */
    return take_descriptors(&message, fds);
}

static char *receive_payload(int from, uint32_t length)
{
    char *payload = mmap(NULL, (size_t)length + 1, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (payload == MAP_FAILED)
        abort();
    for (uint32_t got = 0; got < length;) {
        ssize_t size = read(from, payload + got, length - got);
        if (size <= 0)
            exit(0);
        got += size;
    }
    return payload;
}

static void serve(int from, const struct header *header, const int *fds, int count)
{
    char *payload = receive_payload(from, header->length);
    at = payload;
    end = payload + header->length;
    current = header->id;
    if (count < 0)
        tell(FAILED, current, EMFILE, WITHOUT_CHILD, "take a request's descriptors");
    else switch (header->kind) {
    case CONFIGURE: configure(); break;
    case CREATE: create(payload, (size_t)header->length + 1, fds, count); break;
    case RUN: run(fds, count); break;
    case SIGNAL: signal_all(fds, count); break;
    }
    munmap(payload, (size_t)header->length + 1);
}

static void serve_agent(void)
{
    struct header header;
    int fds[MAX_FDS], count = receive(&header, fds);
    serve(REQUESTS, &header, fds, count);
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

/* What the client asked for while the agent was starting. */
static void serve_first(void)
{
    struct header header;
    while (read(FIRST, &header, sizeof header) == sizeof header)
        serve(FIRST, &header, NULL, 0);
    close(FIRST);
}

int main(void)
{
    /* First of all descriptors: a fixed number that is taken later could be in use by then. */
    int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    if (own < 0 || (own != OWN_PIDS && (dup3(own, OWN_PIDS, O_CLOEXEC) < 0 || close(own) < 0)))
        return 1;
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_SETMASK, &children, NULL);
    int deaths = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    if (deaths < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return 1;
    struct rlimit files; /* as high as it goes: see set_limits */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    fcntl(REQUESTS, F_SETFD, FD_CLOEXEC);
    fcntl(REPORTS, F_SETFD, FD_CLOEXEC);
    fcntl(FIRST, F_SETFD, FD_CLOEXEC);
    serve_first();
    for (;;) {
        struct pollfd sources[] = {{.fd = REQUESTS, .events = POLLIN}, {.fd = deaths, .events = POLLIN}};
        if (poll(sources, 2, -1) < 0 && errno != EINTR)
            return 1;
        if (sources[1].revents) {
            struct signalfd_siginfo info;
            while (read(deaths, &info, sizeof info) > 0)
                ;
            bury();
        }
        if (sources[0].revents)
            serve_agent();
    }
}
