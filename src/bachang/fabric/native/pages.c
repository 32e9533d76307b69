/* What keeps forks of a Python cheap: fewer pages that each has to copy, or to look for.
 *
 * Everything here is for speed alone: where it does not work, all stays as it was.
 */
#define _GNU_SOURCE
#include "pages.h"
#include "python.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Python's small objects lie in pools of one size each, which begin with how many are given out;
 * obmalloc.c, since Python 3.10. */
enum { SIZE_STEP = 16, LARGEST_SMALL = 512, POOL = 16 << 10, POOL_HEAD = 48 };
/* The C library's chunks: larger ones are mapped on their own; small ones it caches once freed. */
enum { LARGEST_CHUNK = 100 << 10, LARGEST_CACHED = 1040, LEAST_CHUNK = 24 };
/* Whoever has more of a size free is no such allocator, as that of a debugging Python. */
enum { MOST_GAPS = 4 << 20, HUGE_PAGE = 2 << 20 };

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* since Linux 6.1 */
#endif

/* Is a block the first of its pool, and the only one that is given out? */
static int is_fresh(const char *block)
{
    return (uintptr_t)block % POOL == POOL_HEAD && *(const uint32_t *)(block - POOL_HEAD) == 1;
}

/* Whether a fresh pool was come to. */
static int fill_pools(size_t size)
{
    for (size_t taken = 0; taken < MOST_GAPS; taken += size) {
        char *block = PyObject_Malloc(size);
        if (is_fresh(block)) {
            PyObject_Free(block);
            return 1;
        }
    }
    return 0;
}

static void fill_chunks(void)
{
    uintptr_t fresh = (uintptr_t)sbrk(0) - mallinfo2().keepcost; /* above it nothing was given out */
    size_t taken = 0;
    for (size_t size = LARGEST_CHUNK; size >= LEAST_CHUNK;) {
        void *chunk;
        while ((chunk = malloc(size)) && (uintptr_t)chunk < fresh && (taken += size) < MOST_GAPS)
            ;
        if (size > LARGEST_CACHED)
            free(chunk);
        size -= size > LARGEST_CACHED ? size / 16 : SIZE_STEP;
    }
}

/* What has been freed lies scattered, and whatever a fork put there would cost it one page here
 * and one there. So all of it is taken, for good: what is asked for next lies together. */
void fill_gaps(void)
{
    for (size_t size = SIZE_STEP; size <= LARGEST_SMALL && fill_pools(size); size += SIZE_STEP)
        ;
    fill_chunks();
}

struct range {
    uintptr_t begin, end;
};

/* Where Python's own code and constants lie; 1 ends the search. */
static int find_text(struct dl_phdr_info *info, size_t size, void *found)
{
    (void)size;
    struct range *range = found, text = {0, 0};
    uintptr_t page = 4096, within = (uintptr_t)PyObject_Malloc;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & (PF_R | PF_W)) != PF_R)
            continue;
        uintptr_t begin = (info->dlpi_addr + part->p_vaddr) & -page;
        uintptr_t end = (info->dlpi_addr + part->p_vaddr + part->p_memsz + page - 1) & -page;
        if (begin != text.end)
            text.begin = begin;
        text.end = end;
        if (text.begin <= within && within < text.end)
            *range = text;
    }
    return range->end != 0;
}

/* Python's own code and constants on huge pages. A fork leaves out what is mapped from a file, so
 * each child looks for such pages one by one, some sixty of them; huge ones of memory it gets at
 * once, for all to share. The kernel moves the copy in place of the file in one call. Constants
 * may be executed then too; where memory that was written never may be (SELinux, PR_SET_MDWE) and
 * before Linux 6.1 the file's pages stay. */
void text_on_huge_pages(void)
{
    struct range text = {0, 0};
    dl_iterate_phdr(find_text, &text);
    uintptr_t huge = HUGE_PAGE;
    char *place = (char *)((text.begin + huge - 1) & -huge);
    if (text.end < (uintptr_t)place + huge)
        return;
    size_t length = (text.end - (uintptr_t)place) & -huge;
    char *room = mmap(NULL, length + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return;
    char *copy = (char *)(((uintptr_t)room + huge - 1) & -huge);
    madvise(copy, length, MADV_HUGEPAGE);
    memcpy(copy, place, length);
    if (madvise(copy, length, MADV_COLLAPSE) == 0 && mprotect(copy, length, PROT_READ | PROT_EXEC) == 0)
        mremap(copy, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    munmap(room, length + huge);
}
