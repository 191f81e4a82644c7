"""``python -m wutong``."""

from wutong.cli import main

if __name__ == "__main__":
    main()
