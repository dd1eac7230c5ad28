"""The law of oversight: everybody signed in has a desk."""

from app.kernel.law import signed_in

MAY_HAVE_DESK = signed_in
