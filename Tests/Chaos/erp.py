"""An ERP whose effects outlive it: a small HTTP server over SQLite, made to be killed.

    erp.py --port N --database FILE [--no-idempotency] [--faults RATE]

    POST /changes           {"key", "seq", "external_id"}: an effect. With idempotency, one for each Idempotency-Key.
    POST /changes/bulk      a list of such, each with its "name" for an Idempotency-Key: effects in the list's order, and of a
                            key none behind one that met a fault. Answers [{"external_id", "status"}].
    GET  /changes?external_id=…   the effects of that name, as a list: what a probe asks.
    POST /_chaos/cut        cuts every connection at once, in the middle of whatever it carries

RATE of the calls meet a fault, drawn per call: refused with 503, slow, the connection cut before the effect, or cut
after it. An effect is in the database before it is answered, so that a kill loses none and hides none.
"""
import argparse
import asyncio
import json
import random
import sqlite3
import urllib.parse


class ERP:
    def __init__(self, database, idempotent, faults, late):
        self.idempotent = idempotent
        self.faults = faults
        self.late = late
        self.connections = set()
        self.store = sqlite3.connect(database, isolation_level=None)
        # The process is killed, not the machine: what has left the process is safe.
        self.store.execute("PRAGMA journal_mode=WAL")
        self.store.execute("PRAGMA synchronous=OFF")
        self.store.execute(
            "CREATE TABLE IF NOT EXISTS effects (number INTEGER PRIMARY KEY, name TEXT, key TEXT, seq INTEGER)")
        self.store.execute("CREATE INDEX IF NOT EXISTS names ON effects (name)")
        self.store.execute("CREATE TABLE IF NOT EXISTS calls (idempotency_key TEXT PRIMARY KEY) WITHOUT ROWID")

    async def serve(self, port):
        server = await asyncio.start_server(self.connection, "127.0.0.1", port, backlog=512)
        print(server.sockets[0].getsockname()[1], flush=True)
        async with server:
            await server.serve_forever()

    async def connection(self, reader, writer):
        self.connections.add(writer)
        try:
            while await self.request(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.connections.discard(writer)
            writer.close()

    async def request(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if target == "/_chaos/cut":
            for other in list(self.connections):
                other.transport.abort()
            return False
        fault = random.choice(["refuse", "slow", "before", "after", "late"]) if random.random() < self.faults else None
        if fault == "refuse":
            return await self.answer(writer, 503, {})
        if fault == "before":
            writer.transport.abort()
            return False
        if fault == "slow":
            await asyncio.sleep(random.uniform(0.05, 0.5))
        if method == "GET":
            name = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query).get("external_id", [""])[0]
            rows = self.store.execute("SELECT key, seq FROM effects WHERE name = ?", (name,)).fetchall()
            return await self.answer(writer, 200, [{"key": key, "seq": seq} for key, seq in rows])
        if fault == "late" and self.late:
            # The caller has given up by the time that the effect happens.
            await asyncio.sleep(self.late)
        answer = self.change(target, headers.get("idempotency-key", ""), json.loads(body))
        if fault == "after":
            writer.transport.abort()
            return False
        return await self.answer(writer, 201, answer)

    def change(self, target, idempotency_key, document):
        if target != "/changes/bulk":
            self.effect(idempotency_key, document)
            return {"ok": True}
        stopped, results = set(), []
        for item in document:
            if item["key"] in stopped:
                status = 424
            elif random.random() < self.faults:
                status = 503
                stopped.add(item["key"])
            else:
                status = 201
                self.effect(item["name"], item)
            results.append({"external_id": item["external_id"], "status": status})
        return results

    def effect(self, idempotency_key, change):
        self.store.execute("BEGIN")
        isNew = True
        if self.idempotent:
            cursor = self.store.execute("INSERT OR IGNORE INTO calls VALUES (?)", (idempotency_key,))
            isNew = cursor.rowcount == 1
        if isNew:
            self.store.execute(
                "INSERT INTO effects (name, key, seq) VALUES (?, ?, ?)",
                (change["external_id"], change["key"], change["seq"]))
        self.store.execute("COMMIT")

    async def answer(self, writer, status, document):
        body = json.dumps(document).encode()
        writer.write(f"HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
                     .encode() + body)
        await writer.drain()
        return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--database", required=True)
    parser.add_argument("--no-idempotency", action="store_true")
    parser.add_argument("--faults", type=float, default=0.01)
    parser.add_argument("--late", type=float, default=0, help="seconds after which a late effect happens; 0: never late")
    options = parser.parse_args()
    asyncio.run(ERP(options.database, not options.no_idempotency, options.faults, options.late).serve(options.port))


if __name__ == "__main__":
    main()
