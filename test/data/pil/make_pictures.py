"""Writes pictures.json: small picture files of many kinds, with the RGB pixels they should decode to.

    python test/data/pil/make_pictures.py

Needs Pillow. Pixels are `convert("RGB")`, EXIF orientation applied. Greys of 16 bits are the exception: Pillow makes white of
all above 255, so their upper bytes are expected, which is what Pillow itself takes of other 16-bit files. `tolerance` is 0
for lossless files; JPEG decoders may differ a little.
"""

import base64
import io
import json
import pathlib
import struct
import zlib

import PIL
from PIL import Image, ImageOps

WIDTH, HEIGHT = 12, 8


def scene() -> Image.Image:
    """Four quarters in four colours with a gradient: rotated or mirrored, it is a different picture."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            corner = (x * 2 >= WIDTH) + 2 * (y * 2 >= HEIGHT)
            red, green, blue = [(200, 40, 40), (40, 180, 60), (50, 70, 210), (230, 220, 90)][corner]
            image.putpixel((x, y), (red - x, green + y, blue + x - y))
    return image


def expected(image: Image.Image) -> bytes:
    return ImageOps.exif_transpose(image).convert("RGB").tobytes()


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png16(colour_type: int, rows: list) -> bytes:
    """A 16-bit PNG; rows of pixels, each a tuple of samples."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 16, colour_type, 0, 0, 0)
    raw = b"".join(b"\0" + b"".join(struct.pack(f">{len(p)}H", *p) for p in row) for row in rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def without_adobe(jpeg: bytes) -> bytes:
    """The file without the Adobe segment: then CMYK is taken as written, not inverted."""
    out, at = bytearray(jpeg[:2]), 2
    while jpeg[at + 1] != 0xDA:
        end = at + 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
        if jpeg[at + 1] != 0xEE:
            out += jpeg[at:end]
        at = end
    return bytes(out + jpeg[at:])


def as_ycck(jpeg: bytes) -> bytes:
    """The same numbers, declared as luma, two chromas and black."""
    at = jpeg.index(b"Adobe\0") + 11
    return jpeg[:at] + b"\2" + jpeg[at + 1 :]


def main() -> None:
    image = scene()
    alpha = Image.new("L", image.size)
    alpha.putdata([(x * 23 + y * 7) % 256 for y in range(HEIGHT) for x in range(WIDTH)])
    see_through = image.convert("RGBA")
    see_through.putalpha(alpha)
    grey_see_through = image.convert("LA")
    grey_see_through.putalpha(alpha)
    palette = image.quantize(8)
    slope = [[(x * 20 + y * c * 9 + 17 * c) % 256 for x in range(WIDTH) for y in range(HEIGHT)] for c in range(4)]
    ink = Image.merge("CMYK", [Image.frombytes("L", image.size, bytes(values)) for values in slope])
    ink_jpeg = saved(ink, "JPEG", quality=95, subsampling=0)
    other = Image.new("RGB", image.size, (1, 2, 3))

    cases = []

    def add(name: str, file: bytes, pixels: bytes, width: int, height: int, tolerance: int = 0) -> None:
        encode = lambda data: base64.b64encode(data).decode()
        cases.append({"name": name, "width": width, "height": height, "tolerance": tolerance, "file": encode(file), "pixels": encode(pixels)})

    def add_pillow(name: str, file: bytes, tolerance: int = 0) -> None:
        opened = Image.open(io.BytesIO(file))
        upright = ImageOps.exif_transpose(opened)
        add(name, file, expected(opened), *upright.size, tolerance)

    add_pillow("png", saved(image, "PNG"))
    add_pillow("png grey", saved(image.convert("L"), "PNG"))
    add_pillow("png of one bit", saved(image.convert("1"), "PNG"))
    add_pillow("png with palette", saved(palette, "PNG"))
    add_pillow("png with a see-through palette entry", saved(palette, "PNG", transparency=2))
    add_pillow("png with alpha in its palette", saved(palette, "PNG", transparency=bytes(range(0, 256, 32))))
    add_pillow("png with a see-through colour", saved(image, "PNG", transparency=image.getpixel((0, 0))))
    add_pillow("png with alpha", saved(see_through, "PNG"))
    add_pillow("png grey with alpha", saved(grey_see_through, "PNG"))
    add_pillow("webp lossless", saved(image, "WEBP", lossless=True))
    add_pillow("webp lossless with alpha", saved(see_through, "WEBP", lossless=True, exact=True))
    add_pillow("gif", saved(palette, "GIF"))
    add_pillow("gif with a see-through colour", saved(palette, "GIF", transparency=2))
    add_pillow("gif of two frames", saved(image, "GIF", save_all=True, append_images=[other]))
    add_pillow("webp of two frames", saved(image, "WEBP", save_all=True, append_images=[other], lossless=True))
    add_pillow("tiff", saved(image, "TIFF"))
    add_pillow("tiff lzw grey", saved(image.convert("L"), "TIFF", compression="tiff_lzw"))
    add_pillow("tiff with alpha", saved(see_through, "TIFF"))
    add_pillow("tiff of inks", saved(ink, "TIFF"))
    add_pillow("jpeg of inks, inverted as Adobe does", ink_jpeg, 4)
    add_pillow("jpeg of inks, not inverted", without_adobe(ink_jpeg), 4)
    add_pillow("jpeg of inks as luma and chroma", as_ycck(ink_jpeg), 4)
    add_pillow("jpeg", saved(image, "JPEG", quality=95, subsampling=0), 4)
    add_pillow("jpeg grey", saved(image.convert("L"), "JPEG", quality=95), 4)
    add_pillow("jpeg progressive", saved(image, "JPEG", quality=95, subsampling=0, progressive=True), 4)
    add_pillow("avif", saved(image, "AVIF", quality=100, subsampling="4:4:4"), 4)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        add_pillow(f"png with orientation {orientation}", saved(image, "PNG", exif=exif))
    exif = Image.Exif()
    exif[0x0112] = 6
    add_pillow("jpeg with orientation 6", saved(image, "JPEG", quality=95, subsampling=0, exif=exif), 4)

    edges = [0x0000, 0x0080, 0x0081, 0x00FF, 0x0100, 0x0180, 0x0181, 0x7FFF, 0x8000, 0xFF7E, 0xFF7F, 0xFFFF]
    grey = [[(v,) for v in edges]]
    grey_alpha = [[(v, 65535 - v // 2) for v in edges]]
    rgb = [[(v, 65535 - v, (v * 3) % 65536) for v in edges]]
    rgba = [[(v, 65535 - v, (v * 3) % 65536, (v * 7 + 99) % 65536) for v in edges]]
    upper = bytes(v >> 8 for v in edges for _ in range(3))
    add("png of 16 bits, grey", png16(0, grey), upper, len(edges), 1)
    for name, colour_type, rows in [("grey with alpha", 4, grey_alpha), ("rgb", 2, rgb), ("rgb with alpha", 6, rgba)]:
        add_pillow(f"png of 16 bits, {name}", png16(colour_type, rows))

    encode = lambda data: base64.b64encode(data).decode()
    foreign = {
        "TIFF with float samples": encode(saved(image.convert("F"), "TIFF")),
        "BMP": encode(saved(image, "BMP")),
        "PNM": encode(saved(image, "PPM")),
    }
    text = json.dumps({"pillow": PIL.__version__, "cases": cases, "foreign": foreign}, indent=1) + "\n"
    pathlib.Path(__file__).with_name("pictures.json").write_text(text)


main()
