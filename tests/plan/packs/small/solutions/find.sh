ss -tn
echo "the pin is ${pin}"
