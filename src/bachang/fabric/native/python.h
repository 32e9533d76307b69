/* What a library needs of the Python that has loaded it: parts of the stable ABI, by which a
 * library serves every Python since 3.2. Declared here, because Python's own headers need not
 * be installed. (https://docs.python.org/3/c-api/stable.html) */
#ifndef PYTHON_H
#define PYTHON_H

#include <stddef.h>

typedef struct object PyObject;

/* PyMethodDef and its METH_ flags */
struct method {
    const char *name;
    PyObject *(*run)(PyObject *self, PyObject *argument);
    int takes;
    const char *about;
};
enum { ARGUMENTS = 1, NO_ARGUMENT = 4, ONE_ARGUMENT = 8 };

/* PyModuleDef, and the version of the stable ABI */
struct module {
    ptrdiff_t references;
    void *type, *init;
    ptrdiff_t index;
    void *copy;
    const char *name, *about;
    ptrdiff_t size;
    struct method *methods;
    void *others[4];
};
enum { STABLE_ABI = 3 };

PyObject *PyModule_Create2(struct module *, int abi);
PyObject *Py_BuildValue(const char *format, ...);
int PyArg_ParseTuple(PyObject *arguments, const char *format, ...);
int PyBytes_AsStringAndSize(PyObject *, char **bytes, ptrdiff_t *size);
unsigned long long PyLong_AsUnsignedLongLong(PyObject *);
void Py_IncRef(PyObject *);
extern PyObject *PyExc_OSError;
PyObject *PyErr_SetFromErrnoWithFilename(PyObject *kind, const char *what);

void *PyObject_Malloc(size_t);
void PyObject_Free(void *);

/* Not of the stable ABI, but old and unchanged. */
PyObject *PyMarshal_ReadObjectFromString(const char *bytes, ptrdiff_t size);

#endif
