"""Speak the Model Context Protocol on standard input and output, for an assistant of one person."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistant import mcp_server
from assistant.mcp_tools import Refused, Tools
from shops.models import Shop, User


class Command(BaseCommand):
    help = (
        "Lets an outside assistant look and propose, under one person's roles; nothing goes live."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--shop", required=True, help="the shop's key")
        parser.add_argument("--user", required=True, help="whose roles count")

    def handle(self, *args: Any, **options: Any) -> None:
        shop = Shop.objects.filter(key=options["shop"]).first()
        user = User.objects.filter(username=options["user"]).first()
        if shop is None or user is None:
            raise CommandError("There is no such shop or user.")
        try:
            tools = Tools(shop, user)
        except Refused as fault:
            raise CommandError(str(fault)) from fault
        mcp_server.build(tools).run("stdio")
