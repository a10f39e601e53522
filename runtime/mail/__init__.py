"""Mails: letters.py writes what they say, post.py hands them over by SMTP or as files below var/mail."""
