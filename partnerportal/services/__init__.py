"""How does the portal run without a server installed by hand?

One *keeper* per state directory (keeper.py) owns PostgreSQL, Valkey, the provider's sandbox and the mail
sink. Whoever needs them (manage.py, runportal, the tests) holds a connection to the keeper's socket
(joining.py): the kernel closes it however the process ends, so counting connections is counting participants,
and the last one out stops everything. The keeper holds a lock on the state directory, so there is never a
second one. Every child is started with PR_SET_PDEATHSIG (processes.py): a killed keeper or supervisor takes
its children with it, and the next keeper waits for or ends what is left before it starts anew. A child that
dies is restarted with a growing pause (crew.py). The addresses of a state directory outlive its servers
(environment.py), so a restarted one is found where it was. serving.py is what `runportal` adds: web, worker
and beat under the same supervision. Which command needs what is one list (needs.py)."""
