// The least that a star of hosts can cost on this kernel.
//
// Each host is a process in its own net, mount, pid, uts and ipc namespaces with its own /proc,
// joined to one bridge by a veth pair whose far end is born inside the host, with an address and a
// default route. No private files, no programs, no checks: whatever brings up hosts can at best
// come close to this. Up ends when every host is configured, down when every link is gone.
//
//   cc -O2 -o limit limit.c && ./limit -n 100 [-u]
//
// -u starts in a user namespace of its own, as an ordinary user must. Prints one line of JSON.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    HOST_NAMESPACES = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC,
    BRIDGE = 2,  // index of the first link that a namespace gets after lo
    ETH0 = 2,
    LO = 1,
    STACK_BYTES = 64 * 1024,
    MOST_HOSTS = 4000,
};

typedef struct {
    pid_t pid;
    int netlink;  // opened by the host in its own namespace, in the descriptor table of us all
} Host;

static void fail(const char *what) {
    fprintf(stderr, "limit: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

// ---- netlink ----

typedef struct {
    char bytes[8192];
    size_t used;
    int requests;
    struct nlmsghdr *open;
} Batch;

static void put(Batch *batch, const void *data, size_t size) {
    memcpy(batch->bytes + batch->used, data, size);
    memset(batch->bytes + batch->used + size, 0, NLMSG_ALIGN(size) - size);
    batch->used += NLMSG_ALIGN(size);
}

static void begin(Batch *batch, int type, int flags, const void *body, size_t size) {
    struct nlmsghdr head = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags};
    batch->open = (struct nlmsghdr *)(batch->bytes + batch->used);
    batch->requests++;
    put(batch, &head, sizeof head);
    put(batch, body, size);
}

static void end(Batch *batch) {
    batch->open->nlmsg_len = batch->bytes + batch->used - (char *)batch->open;
}

static void attribute(Batch *batch, int type, const void *data, size_t size) {
    struct rtattr head = {.rta_type = type, .rta_len = RTA_LENGTH(size)};
    put(batch, &head, sizeof head);
    put(batch, data, size);
}

static struct rtattr *nest(Batch *batch, int type) {
    struct rtattr *head = (struct rtattr *)(batch->bytes + batch->used);
    attribute(batch, type, NULL, 0);
    return head;
}

static void close_nest(Batch *batch, struct rtattr *head) {
    head->rta_len = batch->bytes + batch->used - (char *)head;
}

// Send everything and take one acknowledgement for each request.
static void flush(int netlink, Batch *batch, const char *what) {
    char answer[32768];
    if (send(netlink, batch->bytes, batch->used, 0) < 0) fail(what);
    while (batch->requests > 0) {
        int size = recv(netlink, answer, sizeof answer, 0);
        if (size < 0) fail(what);
        for (struct nlmsghdr *one = (void *)answer; NLMSG_OK(one, size); one = NLMSG_NEXT(one, size)) {
            if (one->nlmsg_type != NLMSG_ERROR) continue;
            errno = -((struct nlmsgerr *)NLMSG_DATA(one))->error;
            if (errno) fail(what);
            batch->requests--;
        }
    }
    batch->used = 0;
}

static int open_netlink(void) {
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    int yes = 1;
    if (netlink < 0) fail("netlink socket");
    setsockopt(netlink, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof yes);
    return netlink;
}

static void link_up(Batch *batch, int index) {
    struct ifinfomsg link = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    begin(batch, RTM_NEWLINK, 0, &link, sizeof link);
    end(batch);
}

// ---- the switch ----

static void make_bridge(int netlink) {
    Batch batch = {0};
    struct ifinfomsg link = {.ifi_index = BRIDGE, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    begin(&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
    attribute(&batch, IFLA_IFNAME, "br0", 4);
    struct rtattr *info = nest(&batch, IFLA_LINKINFO);
    attribute(&batch, IFLA_INFO_KIND, "bridge", 6);
    close_nest(&batch, info);
    end(&batch);
    link_up(&batch, LO);
    flush(netlink, &batch, "bridge");
}

// A veth pair: the near end on the bridge, the far end in the host, never moved.
static void join(int netlink, int number, pid_t pid) {
    Batch batch = {0};
    char name[IFNAMSIZ];
    int bridge = BRIDGE, queues = 1;
    struct ifinfomsg near = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP}, far = {0};
    int length = snprintf(name, sizeof name, "h%d", number);
    begin(&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &near, sizeof near);
    attribute(&batch, IFLA_IFNAME, name, length + 1);
    attribute(&batch, IFLA_MASTER, &bridge, sizeof bridge);
    attribute(&batch, IFLA_NUM_TX_QUEUES, &queues, sizeof queues);
    attribute(&batch, IFLA_NUM_RX_QUEUES, &queues, sizeof queues);
    struct rtattr *info = nest(&batch, IFLA_LINKINFO);
    attribute(&batch, IFLA_INFO_KIND, "veth", 4);
    struct rtattr *data = nest(&batch, IFLA_INFO_DATA), *peer = nest(&batch, VETH_INFO_PEER);
    put(&batch, &far, sizeof far);
    attribute(&batch, IFLA_IFNAME, "eth0", 5);
    attribute(&batch, IFLA_NET_NS_PID, &pid, sizeof pid);
    attribute(&batch, IFLA_NUM_TX_QUEUES, &queues, sizeof queues);
    attribute(&batch, IFLA_NUM_RX_QUEUES, &queues, sizeof queues);
    close_nest(&batch, peer);
    close_nest(&batch, data);
    close_nest(&batch, info);
    end(&batch);
    flush(netlink, &batch, "veth");
}

static int count_links(int netlink) {
    Batch batch = {0};
    char answer[65536];
    struct ifinfomsg all = {0};
    unsigned without_statistics = RTEXT_FILTER_SKIP_STATS;
    int links = 0;
    begin(&batch, RTM_GETLINK, NLM_F_DUMP, &all, sizeof all);
    attribute(&batch, IFLA_EXT_MASK, &without_statistics, sizeof without_statistics);
    end(&batch);
    if (send(netlink, batch.bytes, batch.used, 0) < 0) fail("list of links");
    for (;;) {
        int size = recv(netlink, answer, sizeof answer, 0);
        if (size < 0) fail("list of links");
        for (struct nlmsghdr *one = (void *)answer; NLMSG_OK(one, size); one = NLMSG_NEXT(one, size)) {
            if (one->nlmsg_type == NLMSG_DONE) return links;
            links++;
        }
    }
}

// ---- hosts ----

typedef struct {
    Host *host;
    int number, ready;
} Birth;

// Life of a host: everything here happens inside its namespaces.
static int live(void *argument) {
    Birth *birth = argument;
    char name[32];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sethostname(name, snprintf(name, sizeof name, "host%d", birth->number));
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)) fail("proc");
    birth->host->netlink = open_netlink();
    uint64_t one = 1;
    if (write(birth->ready, &one, sizeof one) < 0) fail("ready");
    for (;;) pause();
    return 0;
}

static void start(Host *host, int number, int ready) {
    char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    Birth birth = {.host = host, .number = number, .ready = ready};
    if (stack == MAP_FAILED) fail("stack");
    host->pid = clone(live, stack + STACK_BYTES, HOST_NAMESPACES | CLONE_FILES | SIGCHLD, &birth);
    if (host->pid < 0) fail("clone");
    munmap(stack, STACK_BYTES);  // the host has its own copy
}

static void await(int ready, int hosts) {
    for (uint64_t some, all = 0; all < (uint64_t)hosts; all += some)
        if (read(ready, &some, sizeof some) < 0) fail("ready");
}

static void configure(Host *host, int number) {
    Batch batch = {0};
    int interface = ETH0;
    unsigned address = htonl(0x0a000000 + 16 + number), gateway = htonl(0x0a000001);
    struct ifaddrmsg own = {.ifa_family = AF_INET, .ifa_prefixlen = 16, .ifa_index = ETH0};
    struct rtmsg route = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_type = RTN_UNICAST,
                          .rtm_protocol = RTPROT_STATIC, .rtm_scope = RT_SCOPE_UNIVERSE};
    link_up(&batch, LO);
    link_up(&batch, ETH0);
    begin(&batch, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &own, sizeof own);
    attribute(&batch, IFA_LOCAL, &address, sizeof address);
    attribute(&batch, IFA_ADDRESS, &address, sizeof address);
    end(&batch);
    begin(&batch, RTM_NEWROUTE, NLM_F_CREATE, &route, sizeof route);
    attribute(&batch, RTA_GATEWAY, &gateway, sizeof gateway);
    attribute(&batch, RTA_OIF, &interface, sizeof interface);
    end(&batch);
    flush(host->netlink, &batch, "host");
}

// ---- the measurement ----

static void write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, strlen(text)) < 0) fail(path);
    close(file);
}

static void enter_user_namespace(void) {
    char users[32], groups[32];
    snprintf(users, sizeof users, "0 %d 1", getuid());
    snprintf(groups, sizeof groups, "0 %d 1", getgid());
    if (unshare(CLONE_NEWUSER)) fail("user namespace");
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", users);
    write_file("/proc/self/gid_map", groups);
}

static double bring_up(int netlink, Host *hosts, int count) {
    double started = now_ms();
    int ready = eventfd(0, EFD_CLOEXEC);
    for (int i = 0; i < count; i++) start(&hosts[i], i, ready);
    await(ready, count);
    for (int i = 0; i < count; i++) join(netlink, i, hosts[i].pid);
    for (int i = 0; i < count; i++) configure(&hosts[i], i);
    return now_ms() - started;
}

static double take_down(int netlink, Host *hosts, int count) {
    double started = now_ms();
    for (int i = 0; i < count; i++) kill(hosts[i].pid, SIGKILL);
    for (int i = 0; i < count; i++) waitpid(hosts[i].pid, NULL, 0);
    for (int i = 0; i < count; i++) close(hosts[i].netlink);  // they hold the namespaces
    while (count_links(netlink) > 2) usleep(1000);
    return now_ms() - started;
}

int main(int argc, char **argv) {
    int count = 10, user_namespace = 0;
    for (int option; (option = getopt(argc, argv, "n:u")) > 0;) {
        if (option == 'n') count = atoi(optarg);
        else if (option == 'u') user_namespace = 1;
        else return 2;
    }
    if (count < 1 || count > MOST_HOSTS) {
        fprintf(stderr, "limit: -n takes 1 to %d\n", MOST_HOSTS);
        return 2;
    }
    if (user_namespace) enter_user_namespace();
    if (unshare(CLONE_NEWNET | CLONE_NEWNS)) fail("namespaces");
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    Host *hosts = mmap(NULL, count * sizeof *hosts, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (hosts == MAP_FAILED) fail("memory");
    int netlink = open_netlink();
    make_bridge(netlink);
    double up = bring_up(netlink, hosts, count);
    double down = take_down(netlink, hosts, count);
    printf("{\"hosts\": %d, \"up_ms\": %.2f, \"down_ms\": %.2f}\n", count, up, down);
    return 0;
}
