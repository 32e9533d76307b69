/* Serving an agent (see zygote.c). */
#ifndef ZYGOTE_H
#define ZYGOTE_H

#include <stddef.h>
#include <stdint.h>

/* Who has a turn in Python, and what it is to go on with: the zygote, which is to prepare
 * something, or a service, which is in its host. Nobody has one at the end. */
enum role { NOBODY, ZYGOTE, SERVICE };
struct turn {
    enum role of;
    const char *content;
    size_t size;
};

/* Becomes part of the sandbox whose agent is at the other end of the link. */
void join(void);

/* Once, before `serve`, in the process that serves; below zero with errno.
 * command_line: where it stands, in so much room: services write theirs over it. */
int begin(char *command_line, size_t room);

/* The system call filter of all services; kept, not copied. */
void use_filter(const void *program, size_t length);

/* Serves the agent until Python has a turn.
 * own_size: bytes of address space that the zygote has in use. */
struct turn serve(uint64_t own_size);

#endif
