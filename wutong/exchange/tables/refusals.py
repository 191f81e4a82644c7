"""Why a file cannot be read as a table, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from wutong.platform.refusal import Refusal


class NotATable(Refusal):
    code = "not_a_table"
    message = _("This is neither a CSV file nor an Excel workbook (xlsx). Export the list as one of these.")


class WebPage(Refusal):
    """Many systems call a web page .xls."""

    code = "web_page_as_table"
    message = _("This file is a web page that is only called a table. Open it in Excel and save it as xlsx.")


class OldOrLockedWorkbook(Refusal):
    code = "old_or_locked_workbook"
    message = _("This workbook is in the format of Excel 97 (xls), or has a password. Save it as xlsx without one.")


class DamagedWorkbook(Refusal):
    code = "damaged_workbook"
    message = _("This workbook cannot be opened: it is damaged. Open it in Excel and save it anew.")


class WorkbookTooBig(Refusal):
    code = "workbook_too_big"
    message = _("Unpacked, this workbook is larger than %(mib)d MB. Delete what is not needed, or save it as CSV.")


class UnknownEncoding(Refusal):
    code = "unknown_encoding"
    message = _("The characters of this file cannot be read as %(encoding)s. Save it as “CSV UTF-8”.")


class BrokenQuotes(Refusal):
    code = "broken_quotes"
    message = _("From line %(line)d on, a quotation mark is not closed. Mend the line, or save the list as xlsx.")


class NoRows(Refusal):
    code = "no_rows"
    message = _("There is no row below the headings. Choose another sheet or another file.")


class TooManyRows(Refusal):
    code = "too_many_rows"
    message = _("One import takes at most %(most)d rows. Split the file.")


class TooManyColumns(Refusal):
    code = "too_many_columns"
    message = _("One import takes at most %(most)d columns. Delete those that are not needed.")
