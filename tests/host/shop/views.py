"""The shop's pages. An order says so in the chat, in the same transaction."""

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from hubbub.send import send_message
from tests.host.shop.models import Order


def front(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"Welcome to the shop, {request.user}.")


@require_POST
@login_required
def order(request: HttpRequest) -> JsonResponse:
    what = request.POST["what"]
    try:
        with transaction.atomic():
            made = Order.objects.create(customer_id=request.user.pk, what=what)
            message = send_message(request.user, "Orders", f"Order {made.pk}: {what}", key=f"order-{made.pk}")
            if request.POST.get("sold_out"):
                raise LookupError
    except LookupError:
        return JsonResponse({"error": "sold out"}, status=409)
    return JsonResponse({"order": made.pk, "message": message})
