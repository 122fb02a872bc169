"""At which addresses is said who belongs to a partner, and who to a customer?"""

from django.urls import URLPattern, path, re_path

from .views import invitation, looking, people_doors, places

ours: list[URLPattern] = [
    path("", people_doors.ours, name="people"),
    path("invite/", people_doors.ours_invite, name="people_invite"),
    path("<int:membership_id>/", people_doors.ours_role, name="people_role"),
    path("<int:membership_id>/end/", people_doors.ours_end, name="people_end"),
    path("invitations/<int:invitation_id>/revoke/", people_doors.ours_revoke, name="people_revoke"),
]
mine: list[URLPattern] = [
    path("", people_doors.mine, name="my-people"),
    path("invite/", people_doors.mine_invite, name="my-people-invite"),
    path("<int:membership_id>/", people_doors.mine_role, name="my-people-role"),
    path("<int:membership_id>/end/", people_doors.mine_end, name="my-people-end"),
    path("invitations/<int:invitation_id>/revoke/", people_doors.mine_revoke, name="my-people-revoke"),
]
theirs: list[URLPattern] = [
    path("<int:customer_id>/people/", people_doors.theirs, name="customer_people"),
    path("<int:customer_id>/people/invite/", people_doors.theirs_invite, name="customer_people_invite"),
    path("people/<int:membership_id>/", people_doors.theirs_role, name="customer_people_role"),
    path("people/<int:membership_id>/end/", people_doors.theirs_end, name="customer_people_end"),
    path("people/invitations/<int:invitation_id>/revoke/", people_doors.theirs_revoke, name="customer_people_revoke"),
    path("<int:customer_id>/look/", looking.look, name="customer_look"),
]
anywhere: list[URLPattern] = [
    path("places/", places.places, name="places"),
    path("looking/end/", looking.look_end, name="look_end"),
    re_path(r"^invitations/(?P<secret>[0-9a-f]{64})/$", invitation.invitation, name="invitation"),
]
