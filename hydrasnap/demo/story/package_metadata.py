"""The metadata of the story's packages: description, licence, homepage, maintainers."""

from hydrasnap.model import Package

ADA, BOB, EVE = "ada@demo.example", "bob@demo.example", "eve@demo.example"


def _package(text: str, license: str, homepage: str, maintainers: tuple[str, ...]) -> Package:  # noqa: A002
    return Package(description=text, license=license, homepage=homepage, maintainers=maintainers)


ABOUT = {
    "black": _package("Uncompromising Python code formatter", "mit",
                      "https://github.com/psf/black", (ADA,)),
    "chromium": _package("Open source web browser from Google", "bsd3",
                         "https://www.chromium.org/", (EVE,)),
    "cryptography": _package("Cryptographic recipes and primitives", "asl20, bsd3",
                             "https://cryptography.io/", (ADA, BOB)),
    "curl": _package("Command line tool for transferring files with URL syntax", "curl",
                     "https://curl.se/", (BOB,)),
    "ffmpeg": _package("Complete solution to record, convert and stream audio and video",
                       "gpl3Plus", "https://www.ffmpeg.org/", (EVE,)),
    "firefox": _package("Test of a web browser", "", "", (EVE,)),
    "ghc": _package("Glasgow Haskell Compiler", "bsd3", "https://www.haskell.org/ghc/", (BOB,)),
    "git": _package("Distributed version control system", "gpl2", "https://git-scm.com/", (BOB,)),
    "hello": _package("Program that produces a familiar, friendly greeting", "gpl3Plus",
                      "https://www.gnu.org/software/hello/", (ADA,)),
    "imagemagick": _package("Software suite to create, edit or convert bitmap images",
                            "imagemagick", "https://imagemagick.org/", (EVE,)),
    "installer": _package("Test of the installer", "", "", (ADA, EVE)),
    "lxml": _package("Pythonic binding for libxml2 and libxslt", "bsd3", "https://lxml.de/",
                     (ADA,)),
    "matplotlib": _package("Python plotting library", "psfl", "https://matplotlib.org/", (ADA,)),
    "nodejs_24": _package("Event-driven framework for the JavaScript engine V8", "mit",
                          "https://nodejs.org/", (EVE,)),
    "numpy": _package("Scientific tools for Python", "bsd3", "https://numpy.org/", (ADA,)),
    "openssl": _package("Cryptographic library that implements TLS", "asl20",
                        "https://www.openssl.org/", (BOB,)),
    "pandas": _package("Powerful data structures for data analysis", "bsd3",
                       "https://pandas.pydata.org/", (ADA, BOB)),
    "pandoc": _package("Conversion between documentation formats", "gpl2Plus",
                       "https://pandoc.org/", (BOB,)),
    "pillow": _package("Friendly fork of the Python Imaging Library", "hpnd",
                       "https://python-pillow.github.io/", (ADA,)),
    "qemu": _package("Generic and open source machine emulator", "gpl2Plus",
                     "https://www.qemu.org/", (EVE,)),
    "scipy": _package("Algorithms for scientific computing in Python", "bsd3",
                      "https://scipy.org/", (ADA,)),
    "sqlite": _package("Self-contained, serverless SQL database engine", "publicDomain",
                       "https://www.sqlite.org/", (BOB,)),
    "systemd": _package("System and service manager for Linux", "lgpl21Plus",
                        "https://systemd.io/", (EVE,)),
    "torch": _package("Tensors and dynamic neural networks in Python", "bsd3",
                      "https://pytorch.org/", (ADA,)),
    "vim": _package("Most popular clone of the editor vi", "vim", "https://www.vim.org/", (BOB,)),
    "wine64": _package("Implementation of the Windows API on X, OpenGL, and Unix", "lgpl21Plus",
                       "https://www.winehq.org/", (EVE, BOB)),
    "zlib": _package("Lossless data-compression library", "zlib", "https://zlib.net/", ()),
}  # fmt: skip
