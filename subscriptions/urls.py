"""At which addresses do this floor's pages live?"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
