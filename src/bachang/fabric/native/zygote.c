/* The zygote's loop, which the Python of _zygote.py calls (through forks.c).
 *
 * Every page that a process touches after a fork is copied, on both sides, and Python touches
 * some with every object it looks at. So requests are taken, children buried and hosts entered
 * here, and Python goes on where only it can: `serve` returns in the zygote to import modules,
 * and once in each service, which is then in its host.
 *
 *   the link   a SEQPACKET socket to the agent
 *   in         struct request; with START the host's pidfd, a file with what the service is,
 *              the gate, control groups; with PREPARE text for Python; with JOIN, which is the first if
 *              at all, the sandbox's namespaces
 *   out        struct report
 *
 * Only the service's own process reads the file: an environment may hold a flag, and what the
 * zygote has read stays in the memory of all later services.
 */
#define _GNU_SOURCE
#include "zygote.h"

#include "entry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINK = 3, MAX_FDS = 16, TEXT = 1 << 16 };
enum request_kind { PREPARE, START, JOIN };
enum report_kind { STARTED, FAILED, EXITED, JOINED };

struct request {
    uint32_t kind, id;
    char text[TEXT];
};

struct report {
    uint32_t kind, id;
    int32_t value; /* pid, errno or status */
    int32_t childless; /* of FAILED: no EXITED will follow */
    char text[112];
};

struct child {
    pid_t pid;
    uint32_t id;
};

static struct child *children;
static size_t child_count, child_room;
static int own_pids = -1, deaths = -1;
static uint32_t current;
static struct request request;
static char *title; /* where the command line stands */
static size_t title_room;

static void tell(enum report_kind kind, uint32_t id, int value, int childless, const char *text)
{
    struct report report = {.kind = kind, .id = id, .value = value, .childless = childless};
    snprintf(report.text, sizeof report.text, "%s", text);
    while (send(LINK, &report, sizeof report, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

/* In a child that does not get as far as its service. */
void fail(const char *what)
{
    tell(FAILED, current, errno, 0, what);
    _exit(127);
}

static void remember(pid_t pid, uint32_t id)
{
    if (child_count == child_room) {
        child_room = child_room ? 2 * child_room : 64;
        children = realloc(children, child_room * sizeof *children);
        if (!children)
            abort();
    }
    children[child_count++] = (struct child){pid, id};
}

static void bury(void)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < child_count; i++)
            if (children[i].pid == pid) {
                int value = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
                tell(EXITED, children[i].id, value, 0, "");
                children[i] = children[--child_count];
                break;
            }
}

/* The file with what the service is, in memory of its own. */
static void read_content(int file)
{
    struct stat found;
    if (fstat(file, &found) < 0)
        fail("look at a request");
    char *content = mmap(NULL, found.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    if (content == MAP_FAILED)
        fail("read a request");
    at = content;
    end = content + found.st_size;
}

/* Until all hosts stand. */
static void pass(int gate)
{
    struct pollfd open = {.fd = gate, .events = POLLIN};
    while (poll(&open, 1, -1) < 0)
        if (errno != EINTR)
            fail("wait for the other hosts");
}

/* Enters the host and looks there like the service, whose command line takes the place of the
 * zygote's. */
static void become_service(const int *fds, int count, uint64_t own_size)
{
    read_content(fds[1]);
    /* What the zygote itself has mapped is not the service's doing. */
    struct entry entry = enter(fds[0], fds + 3, count - 3, own_size);
    /* Without an exec the bounding set alone takes nothing away. */
    set_capabilities(entry.uid ? 0 : entry.kept);
    strncpy(title, string(), title_room - 1); /* fills up with NUL */
    prctl(PR_SET_NAME, string(), 0, 0, 0);
}

/* Forks into the host's pid namespace; 0 in the child.
 *
 * Python does not learn of it (PyOS_AfterFork_Child). In a process of one thread that holds no
 * lock it would put right what is right, and what modules want done around forks
 * (os.register_at_fork) is of the same kind: together some fifty pages for each service. */
static pid_t fork_into(int host)
{
    if (setns(host, CLONE_NEWPID) < 0) {
        tell(FAILED, current, errno, 1, "enter the host");
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0)
        return 0;
    int error = errno;
    if (setns(own_pids, CLONE_NEWPID) < 0)
        abort(); /* never stay inside: the next fork would land in the wrong host */
    if (pid < 0)
        tell(FAILED, current, error, 1, "fork in the host");
    return pid;
}

static ssize_t receive(int *fds, int *count)
{
    char room[CMSG_SPACE(MAX_FDS * sizeof *fds)];
    struct iovec part = {.iov_base = &request, .iov_len = sizeof request};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    ssize_t size = recvmsg(LINK, &message, MSG_CMSG_CLOEXEC);
    *count = size > 0 ? take_descriptors(&message, fds) : 0;
    return size;
}

static void enter_sandbox(const int *namespaces, int count)
{
    for (int i = 0; i < count; i++)
        if (setns(namespaces[i], 0) < 0)
            fail("enter the sandbox");
    become_root();
    struct rlimit files; /* as high as it goes: see set_limits */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* What a fork server has forked waits here for its sandbox. A pid namespace begins with a child,
 * and pid 1 there, the agent, takes over a child whose parent ends inside: so that is forked
 * twice, and only the last one returns. */
void join(void)
{
    int namespaces[MAX_FDS], count;
    if (receive(namespaces, &count) <= 0)
        _exit(0);
    if (request.kind != JOIN) {
        errno = EBADMSG;
        fail("read the first request");
    }
    enter_sandbox(namespaces, count);
    pid_t pid = fork();
    if (pid > 0) {
        waitpid(pid, NULL, 0);
        _exit(0);
    }
    if (pid == 0)
        pid = fork();
    if (pid < 0)
        fail("fork in the sandbox");
    if (pid > 0)
        _exit(0);
    syscall(SYS_close_range, LINK + 1, ~0U, 0);
    setsid();
    tell(JOINED, 0, 0, 0, "");
}

int begin(char *command_line, size_t room)
{
    title = command_line;
    title_room = room;
    prctl(PR_SET_NAME, "zygote", 0, 0, 0);
    sigset_t dead;
    sigemptyset(&dead);
    sigaddset(&dead, SIGCHLD);
    sigprocmask(SIG_BLOCK, &dead, NULL);
    deaths = signalfd(-1, &dead, SFD_CLOEXEC | SFD_NONBLOCK);
    own_pids = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    return deaths < 0 || own_pids < 0 ? -1 : 0;
}

void use_filter(const void *program, size_t length)
{
    filter.filter = (struct sock_filter *)program;
    filter.len = length / sizeof *filter.filter;
}

struct turn serve(uint64_t own_size)
{
    for (;;) {
        struct pollfd sources[] = {{.fd = LINK, .events = POLLIN}, {.fd = deaths, .events = POLLIN}};
        if (poll(sources, 2, -1) < 0 && errno != EINTR)
            return (struct turn){.of = NOBODY};
        if (sources[1].revents) {
            struct signalfd_siginfo info;
            while (read(deaths, &info, sizeof info) > 0)
                ;
            bury();
        }
        if (!sources[0].revents)
            continue;
        int fds[MAX_FDS], count;
        ssize_t length = receive(fds, &count) - (ssize_t)offsetof(struct request, text);
        if (length < 0)
            return (struct turn){.of = NOBODY};
        current = request.id;
        if (request.kind == PREPARE)
            return (struct turn){ZYGOTE, request.text, length};
        if (count < 3) {
            tell(FAILED, current, EMFILE, 1, "take a request's descriptors");
            continue;
        }
        pid_t pid = fork_into(fds[0]);
        if (pid == 0) {
            become_service(fds, count, own_size);
            pass(fds[2]);
            if (syscall(SYS_close_range, LINK, ~0U, 0) < 0)
                fail("close all descriptors but the streams");
            prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* from here on the host's root may look into it */
            return (struct turn){SERVICE, at, end - at};
        }
        if (pid > 0) {
            remember(pid, current);
            tell(STARTED, current, pid, 0, "");
        }
        for (int i = 0; i < count; i++)
            close(fds[i]);
    }
}
