"""Messages of Flight, byte by byte, for requests that PyArrow's client does not make."""


def varint(number):
    text = b""
    while number > 127:
        text += bytes([number & 127 | 128])
        number >>= 7
    return text + bytes([number])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def path(name):
    return field(1, b"\x08\x01" + field(3, name.encode()))
