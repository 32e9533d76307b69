# The tool's own list says where "genset" is.
modbus devices | sed -n 's/^genset *\([0-9.]*\):502.*/\1/p'
