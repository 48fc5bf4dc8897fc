"""Writes pictures.json: small picture files of many kinds, with the RGB pixels they should decode to.

    python test/data/pil/make_pictures.py

Needs Pillow. Pixels are Pillow's reading, EXIF orientation applied, laid over white; 16-bit files are written here, byte by
byte, and rounded by the formula of `eight_bits`. `tolerance` is 0 for lossless files; JPEG decoders may differ a little.
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
    """Four quarters in four colours, a slope across them: turned or mirrored, it is another picture."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            corner = (x * 2 >= WIDTH) + 2 * (y * 2 >= HEIGHT)
            red, green, blue = [(200, 40, 40), (40, 180, 60), (50, 70, 210), (230, 220, 90)][corner]
            image.putpixel((x, y), (red - x, green + y, blue + x - y))
    return image


def expected(image: Image.Image) -> bytes:
    image = ImageOps.exif_transpose(image)
    rgba = image.convert("RGBA")
    out = bytearray()
    for red, green, blue, alpha in rgba.getdata():
        for value in (red, green, blue):
            out.append(eight_bits(value * alpha + 255 * (255 - alpha), 255 * 255))
    return bytes(out)


def eight_bits(value: int, full: int) -> int:
    """value / full of 255, rounded half up, in whole numbers."""
    return (2 * value * 255 + full) // (2 * full)


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


def over_white_16(rows: list) -> bytes:
    """Pixels (v,), (v, alpha), (r, g, b) or (r, g, b, alpha) of 16 bits as RGB bytes, rounded once."""
    out = bytearray()
    for row in rows:
        for pixel in row:
            alpha = pixel[-1] if len(pixel) in (2, 4) else 65535
            colours = (pixel[0],) * 3 if len(pixel) < 3 else pixel[:3]
            for value in colours:
                out.append(eight_bits(value * alpha + 65535 * (65535 - alpha), 65535 * 65535))
    return bytes(out)


def main() -> None:
    image = scene()
    alpha = Image.new("L", image.size)
    alpha.putdata([(x * 23 + y * 7) % 256 for y in range(HEIGHT) for x in range(WIDTH)])
    see_through = image.convert("RGBA")
    see_through.putalpha(alpha)
    grey_see_through = image.convert("LA")
    grey_see_through.putalpha(alpha)
    palette = image.quantize(8)
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
    add_pillow("png with a see-through colour", saved(image, "PNG", transparency=image.getpixel((0, 0))))
    add_pillow("png with alpha", saved(see_through, "PNG"))
    add_pillow("png grey with alpha", saved(grey_see_through, "PNG"))
    add_pillow("webp lossless", saved(image, "WEBP", lossless=True))
    add_pillow("webp lossless with alpha", saved(see_through, "WEBP", lossless=True, exact=True))
    add_pillow("gif", saved(palette, "GIF"))
    add_pillow("gif of two frames", saved(image, "GIF", save_all=True, append_images=[other]))
    add_pillow("webp of two frames", saved(image, "WEBP", save_all=True, append_images=[other], lossless=True))
    add_pillow("tiff", saved(image, "TIFF"))
    add_pillow("tiff lzw grey", saved(image.convert("L"), "TIFF", compression="tiff_lzw"))
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
    for name, colour_type, rows in [("grey", 0, grey), ("grey with alpha", 4, grey_alpha), ("rgb", 2, rgb), ("rgb with alpha", 6, rgba)]:
        add(f"png of 16 bits, {name}", png16(colour_type, rows), over_white_16(rows), len(edges), 1)

    encode = lambda data: base64.b64encode(data).decode()
    foreign = {
        "TIFF with float samples": encode(saved(image.convert("F"), "TIFF")),
        "BMP": encode(saved(image, "BMP")),
        "PNM": encode(saved(image, "PPM")),
    }
    text = json.dumps({"pillow": PIL.__version__, "cases": cases, "foreign": foreign}, indent=1) + "\n"
    pathlib.Path(__file__).with_name("pictures.json").write_text(text)


main()
