"""How does a file of a case leave the portal? As it came, to be saved and never to be shown in the page."""

from django.http import FileResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from customers.entering import Here, staff
from customers.roles import May
from disputes.attaching import offered_name, open_file
from disputes.models import CaseFile
from disputes.shelving import Damaged


@require_safe
@staff(May.SEE_BOOK)
def case_file(request: Here, dispute_id: int, file_id: int) -> HttpResponseBase:
    """Any file of a case of this partner."""
    mine = CaseFile.objects.visible_to(request.user).of(request.partner).select_related("partner", "dispute")
    return handed_over(request, get_object_or_404(mine, pk=file_id, dispute=dispute_id))


def handed_over(request: Here, file: CaseFile) -> HttpResponseBase:
    """The file as an attachment that no browser opens, or the page that says it is damaged."""
    try:
        content = open_file(file, now=request.now)
    except Damaged:
        return render(request, "disputes/file_damaged.html", {"file": file}, status=410)
    answer = FileResponse(content, content_type=file.content_type)
    answer["Content-Disposition"] = content_disposition_header(True, offered_name(file)) or "attachment"
    answer["Content-Length"] = str(file.size)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
