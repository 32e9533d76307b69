/* A module for Python's processes that are forked often: zygote.c, pages.c, and a wish.
 *
 * Through `ctypes` each service would have thirty pages more to copy, and its zygote hundred more
 * to hand on with every fork.
 */
#include "pages.h"
#include "python.h"
#include "zygote.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SLICE_NS = 100000 }; /* the least that the scheduler takes */

static PyObject *nothing(void)
{
    return Py_BuildValue("");
}

static PyObject *py_join(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    join();
    return nothing();
}

static PyObject *py_begin(PyObject *self, PyObject *arguments)
{
    (void)self;
    unsigned long long command_line, room;
    if (!PyArg_ParseTuple(arguments, "KK", &command_line, &room))
        return NULL;
    if (begin((char *)command_line, room) < 0)
        return PyErr_SetFromErrnoWithFilename(PyExc_OSError, "begin to serve");
    return nothing();
}

static PyObject *py_use_filter(PyObject *self, PyObject *program)
{
    (void)self;
    char *instructions;
    ptrdiff_t size;
    if (PyBytes_AsStringAndSize(program, &instructions, &size) < 0)
        return NULL;
    Py_IncRef(program); /* for ever */
    use_filter(instructions, size);
    return nothing();
}

static PyObject *py_serve(PyObject *self, PyObject *own_size)
{
    (void)self;
    struct turn turn = serve(PyLong_AsUnsignedLongLong(own_size));
    if (turn.of == NOBODY)
        return nothing();
    return Py_BuildValue(
        "(iN)", turn.of == SERVICE, PyMarshal_ReadObjectFromString(turn.content, turn.size));
}

static PyObject *py_fill_gaps(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    fill_gaps();
    return nothing();
}

static PyObject *py_text_on_huge_pages(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    text_on_huge_pages();
    return nothing();
}

/* Of this process and its children: where the scheduler takes such a wish (Linux 6.12, EEVDF)
 * whoever wakes up interrupts them at once; elsewhere nothing changes. */
static PyObject *py_take_short_slices(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t slice, deadline, period;
    } wish = {.size = sizeof wish, .nice = getpriority(PRIO_PROCESS, 0), .slice = SLICE_NS};
    syscall(SYS_sched_setattr, 0, &wish, 0);
    return nothing();
}

static struct method methods[] = {
    {"join", py_join, NO_ARGUMENT, NULL},
    {"begin", py_begin, ARGUMENTS, NULL},
    {"use_filter", py_use_filter, ONE_ARGUMENT, NULL},
    {"serve", py_serve, ONE_ARGUMENT, NULL},
    {"fill_gaps", py_fill_gaps, NO_ARGUMENT, NULL},
    {"text_on_huge_pages", py_text_on_huge_pages, NO_ARGUMENT, NULL},
    {"take_short_slices", py_take_short_slices, NO_ARGUMENT, NULL},
    {0},
};

PyObject *PyInit_forks(void)
{
    static struct module module = {
        .references = 1, .name = "forks", .size = -1, .methods = methods};
    return PyModule_Create2(&module, STABLE_ABI);
}
