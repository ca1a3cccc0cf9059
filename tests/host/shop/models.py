"""Customers, who sign in by `login` and have nothing of Django's own user, and their orders."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class CustomerManager(BaseUserManager["Customer"]):
    def create_user(self, login: str, password: str, **fields: Any) -> "Customer":
        customer = self.model(login=login, **fields)
        customer.set_password(password)
        customer.save(using=self._db)
        return customer


class Customer(AbstractBaseUser, PermissionsMixin):
    login = models.CharField(max_length=40, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    objects: ClassVar[CustomerManager] = CustomerManager()

    USERNAME_FIELD = "login"

    class Meta:
        app_label = "shop"


class Order(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    what = models.CharField(max_length=80)

    objects: ClassVar["models.Manager[Order]"] = models.Manager()

    class Meta:
        app_label = "shop"
