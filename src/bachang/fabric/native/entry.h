/* Entering a host, and reading the requests for it (see entry.c). */
#ifndef ENTRY_H
#define ENTRY_H

#include <linux/filter.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

extern struct sock_fprog filter;
extern const char *at, *end; /* what is left of the payload being read */

/* Ends what is being done, with errno; each program has its own. */
_Noreturn void fail(const char *what);

const void *take(size_t size);
uint32_t number(void);
uint64_t wide(void);
const char *bytes(uint32_t *length);
const char *string(void);

/* How many descriptors came with a message, into fds. -1 if there was no room for all: those that
 * are missing may be control groups, and the others are closed. */
int take_descriptors(struct msghdr *message, int *fds);

void unblock_signals(void);
void bound_capabilities(uint64_t kept);
void load_filter(void);
void set_capabilities(uint64_t mask);
void become_root(void);
void join_cgroups(const int *fds, int count);

/* What of a request is needed after the entry. */
struct entry {
    uint32_t uid;
    uint64_t kept; /* capabilities */
};

/* The request's first half: namespaces, limits, capabilities, filter, ids, streams, folder.
 * fds: the streams (or the channel for a terminal; or nothing, if there is a log), then
 * control groups. own_size: bytes of address space that are not the program's doing. */
struct entry enter(int host, const int *fds, int count, uint64_t own_size);

#endif
