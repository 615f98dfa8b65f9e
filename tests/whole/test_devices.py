# SPDX-License-Identifier: Apache-2.0
"""The life of a device: codes that are for once, another key, and its end."""
import concurrent.futures
import json

import nacl.signing

import till_lab
from server_lab import Channel, Till, lines, uuid7

PATH = "/v1/devices/rotate"


def request(till, key, **other):
    """The body by which TILL takes KEY."""
    told = {"id": uuid7(), "key": key.verify_key.encode().hex(), **other}
    text = lines("bxr1", till.till, till.incarnation, told["id"], told["key"])
    return {"proof": key.sign(text).signature.hex(), **told}


def test_another_key(server, till):
    old, new = till.key, nacl.signing.SigningKey.generate()
    before = till.keys()
    body = request(till, new)
    answer = till.post(PATH, body)
    assert answer.status == 200
    assert answer.json() == {"till": till.till, "incarnation": till.incarnation, "key": body["key"]}
    for path in ("/v1/programme", "/v1/keys"):  # the old one is over at once, the connection lives on
        assert (till.get(path).status, till.get(path).code) == (401, "signature")
    assert till.post(PATH, body).status == 401  # also for the same request
    till.key = new
    # the answer was lost: asked again by the new key, the same
    assert till.post(PATH, body).body == answer.body
    assert till.keys().keys() == before.keys()  # sealed to the new key
    assert [line["outcome"] for line in till.send(till.note() + till.note())] == ["recorded"] * 2
    assert "agrees" in server.command("audit")
    # and it stays so over a restart
    server.stop()
    server.start()
    till.connection = None
    assert till.get("/v1/programme").status == 200
    till.key = old
    assert till.get("/v1/programme").status == 401
    again = nacl.signing.SigningKey.generate()
    till.key = new
    assert till.post(PATH, request(till, again)).status == 200


def test_a_key_that_is_not_held_is_not_taken(server, till):
    new, other = nacl.signing.SigningKey.generate(), nacl.signing.SigningKey.generate()
    good = request(till, new)
    for wrong in ({"proof": request(till, other)["proof"]}, {"id": uuid7()}, {"proof": "00" * 64},
                  {"key": other.verify_key.encode().hex()}):
        answer = till.post(PATH, {**good, **wrong})
        assert (answer.status, answer.code) == (400, "invalid"), wrong
    text = lines("bxr1", till.till + 1, till.incarnation, good["id"], good["key"])
    answer = till.post(PATH, {**good, "proof": new.sign(text).signature.hex()})
    assert (answer.status, answer.json()["at"]) == (400, "/proof")
    for bad in ("00" * 32, "01" + "00" * 31):  # points that nothing can be sealed to
        assert till.post(PATH, {**good, "key": bad}).status == 400
    neighbour = Till(server)
    neighbour.enrol()
    answer = till.post(PATH, request(till, neighbour.key))
    assert (answer.status, answer.code) == (409, "refused")
    answer = till.post(PATH, request(till, till.key))
    assert (answer.status, answer.code) == (409, "refused")
    assert till.get("/v1/programme").status == 200
    assert server.plain("POST", PATH, "{}", {"Content-Type": "application/json"}).code == "unsigned"
    web = Channel(server)
    web.enrol()
    assert web.post(PATH, request(web, new)).code == "forbidden"


def test_of_two_at_once_one_is_the_key(server, till):
    """Each signed by the old key; the one that came second must not take the till over."""
    keys = [nacl.signing.SigningKey.generate() for _ in range(8)]

    def take(key):
        other = Till(server)
        for name in ("key", "till", "incarnation", "server_key", "challenge", "seen"):
            setattr(other, name, getattr(till, name))
        return other.post(PATH, request(other, key)).status
    with concurrent.futures.ThreadPoolExecutor(8) as crowd:
        statuses = list(crowd.map(take, keys))
    assert statuses.count(200) == 1 and set(statuses) <= {200, 401, 409}
    for key, status in zip(keys, statuses):
        till.key = key
        assert (till.get("/v1/programme").status == 200) == (status == 200)


def test_revoked_is_revoked_at_the_next_request(server, till):
    web = Channel(server)
    web.enrol()
    for device in (till, web):
        assert device.get("/v1/programme").status == 200
        connection = device.connection
        server.command("revoke", device.till)
        answer = device.get("/v1/programme")
        assert (answer.status, answer.code) == (403, "revoked")
        assert device.connection is connection  # by the very line on which it was let in before
    assert till.post(PATH, request(till, nacl.signing.SigningKey.generate())).code == "revoked"


def test_codes_are_for_once_and_three_tries(server):
    code = server.command("enrol-code").strip()
    wrong = code[:7] + ("0" if code[7] != "0" else "1")
    for _ in range(3):
        answer = Till(server).enrol(code=wrong, status=403)
        assert answer.code == "code_refused"
    assert Till(server).enrol(code=code, status=403).code == "code_refused"  # used up by the tries
    code = server.command("enrol-code").strip()
    Till(server).enrol(code=code)
    assert Till(server).enrol(code=code, status=403).code == "code_refused"


def test_a_till_takes_another_key(tmp_path):
    server = till_lab.venue(tmp_path / "server").start()
    try:
        till = till_lab.Till(tmp_path / "till").enrol(server).login()
        file = till.home / "device.key"
        first = json.loads(file.read_text())
        till.sell()
        assert "another key" in till.run("enrol", "--new-key").out
        second = json.loads(file.read_text())
        assert second["key"] != first["key"] and {**second, "key": ""} == {**first, "key": ""}
        assert file.stat().st_mode & 0o777 == 0o600
        till.sell()
        till.sync()
        # nobody answers: the key that is to come stays, and is the one that comes
        server.stop()
        assert till.run("enrol", "--new-key", status=None).status in (1, 3, 4)
        begun = file.read_text()
        server.start()
        till.url(f"http://{server.host}:{server.port}")
        assert till.run("enrol", "--new-key", "--json").json() == {"till": 1}
        third = json.loads(file.read_text())
        assert third["key"] == json.loads(begun)["next"] and "next" not in third
        # the server's answer was lost: as it was before, and asked again
        file.write_text(begun)
        till.run("enrol", "--new-key")
        assert json.loads(file.read_text()) == third
        till.sell()
        till.sync()
        assert "agrees" in server.command("audit")
        till.run("enrol", "--new-key", "x", status=2)
        server.command("revoke", 1)
        assert "revoked" in till.run("enrol", "--new-key", status=1).err
        other = till_lab.Till(tmp_path / "other")
        assert "not enrolled" in other.run("enrol", "--new-key", status=1).err
    finally:
        server.end()
