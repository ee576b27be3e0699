"""Sustained traffic: demand, fair shares of the links, and the most that could be carried."""
