"""What people of the console may do: a role is a set of permissions, and nothing is allowed that no set names."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is in the shop."""

    OWNER = "owner"
    MANAGER = "manager"
    STAFF = "staff"
    LIVE_ASSISTANT = "live_assistant"
    READ_ONLY = "read_only"


class Permission(StrEnum):
    """One thing that a view asks for; ``.see`` reads, everything else changes something."""

    ENTER = "console.enter"
    """Be in the console at all: Today, one's own account."""
    ORDERS_SEE = "orders.see"
    ORDERS_SHIP = "orders.ship"
    """Parcels, slips, notes, after-sale steps that pay nothing."""
    ORDERS_REFUND = "orders.refund"
    """What gives money back, and confirming that money came by hand."""
    PRODUCTS_SEE = "products.see"
    PRODUCTS_EDIT = "products.edit"
    """Products, their pictures, and shelves."""
    STOCK_ADJUST = "stock.adjust"
    PROMOTIONS_SEE = "promotions.see"
    PROMOTIONS_EDIT = "promotions.edit"
    """Promotions and coupons."""
    PAGES_SEE = "pages.see"
    PAGES_EDIT = "pages.edit"
    """Pages, menus, redirects, and the look of the shop."""
    LIVE_ASSIST = "live.assist"
    """Look after a room's chat and pins."""
    LIVE_HOST = "live.host"
    """Send and sell in a room, plan rooms."""
    CUSTOMERS_SEE = "customers.see"
    CUSTOMERS_EDIT = "customers.edit"
    """Notes, consent, export and erase."""
    FUNDS_SEE = "funds.see"
    FUNDS_WITHDRAW = "funds.withdraw"
    DATA_SEE = "data.see"
    """Figures and plots."""
    SETTINGS_SEE = "settings.see"
    SETTINGS_EDIT = "settings.edit"
    TEAM_EDIT = "team.edit"
    LOG_SEE = "log.see"
    """The log of who changed what."""


_ONLY_AN_OWNER = {Permission.TEAM_EDIT, Permission.FUNDS_WITHDRAW}
_READS = {each for each in Permission if each.value.endswith(".see")}

ROLES: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset(set(Permission) - _ONLY_AN_OWNER),
    Role.STAFF: frozenset(
        {
            Permission.ENTER,
            Permission.ORDERS_SEE,
            Permission.ORDERS_SHIP,
            Permission.PRODUCTS_SEE,
            Permission.PRODUCTS_EDIT,
            Permission.STOCK_ADJUST,
            Permission.PROMOTIONS_SEE,
            Permission.PAGES_SEE,
            Permission.LIVE_ASSIST,
            Permission.LIVE_HOST,
            Permission.CUSTOMERS_SEE,
        }
    ),
    Role.LIVE_ASSISTANT: frozenset({Permission.ENTER, Permission.LIVE_ASSIST}),
    Role.READ_ONLY: frozenset({Permission.ENTER} | _READS - {Permission.LOG_SEE}),
}
"""What each role may do. A person's permissions are looked up here at every request, never remembered elsewhere."""


def may(role: Role, permission: Permission) -> bool:
    """Tell whether a role holds a permission."""
    return permission in ROLES[role]
