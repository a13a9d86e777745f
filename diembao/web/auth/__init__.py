"""Who somebody is: sign-in, second factor, invitations, the own profile, single sign-on."""
