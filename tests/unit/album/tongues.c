/* SPDX-License-Identifier: Apache-2.0 */
#include "tongues.h"

#define W10 "WWWWWWWWWW"
/* a with a tilde below and a hook above; "ha" with three marks, of which washing leaves two */
#define MARKED "a\xcc\xb0\xcc\x89"

const struct tongue tongues[] = {
    {.name = "plain",
     .language = "en",
     .museum = "Sample Museum",
     .event = "Permanent collection",
     .other_event = "Special exhibition",
     .adult = "Adult",
     .child = "Child 6-17",
     .family = "Family 2+3",
     .book = "Catalogue",
     .free = "Under 6",
     .group = "Group 10+",
     .gift = "Donation",
     .guide = "Audio guide",
     .map = "Map",
     .ana = "Ana",
     .ben = "Ben",
     .reason = "Damaged ticket",
     .other_reason = "Changed their mind",
     .account = "Northern School",
     .rule = "Family day"},
    {.name = "german",
     .language = "de",
     .museum = "Museum f\xc3\xbcr Naturkunde und Volkskunst",
     .event = "Donaudampfschifffahrtsausstellung 1-2-34",
     .other_event = "Sonderausstellung \xc3\x9c"
                    "berraschungsf\xc3\xbchrungen",
     .adult = "Erwachsene mit Kulturerm\xc3\xa4\xc3\x9figungskarte",
     .child = "Kinder und Jugendliche 6\xe2\x80\x93"
              "17",
     .family = "Familienjahreskartenbesitzer 2+3",
     .book = "Ausstellungskatalog, broschiert",
     .free = "Vorschulkinder unter 6",
     .group = "Schulklassen und Reisegruppen ab 10",
     .gift = "F\xc3\xb6rderkreisspende",
     .guide = "Audiof\xc3\xbchrung in Leichter Sprache",
     .map = "\xc3\x9c"
            "bersichtsplan",
     .ana = "Anneliese Hohenstein-M\xc3\xbcllerschmidt",
     .ben = "Bernd",
     .reason = "Karte besch\xc3\xa4"
               "digt oder unleserlich",
     .other_reason = "Veranstaltung entf\xc3\xa4llt ersatzlos",
     .account = "St\xc3\xa4"
                "dtisches Gymnasium am Flussufer",
     .rule = "Familiensonntagsnachmittagstarif"},
    {.name = "wide",
     .language = "en",
     .museum = "\xe5\x8d\x9a\xe7\x89\xa9\xe9\xa4\xa8",
     .event =
         "\xe5\xb8\xb8\xe8\xa8\xad\xe5\xb1\x95\xe7\xa4\xba\xe3\x81\xa8\xe7\x89\xb9\xe5\x88\xa5"
         "\xe5\xb1\x95\xe7\xa4\xba\xe5\xae\xa4\xe3\x81\xae\xe3\x81\x94\xe6\xa1\x88\xe5\x86\x85",
     .other_event = "\xed\x8a\xb9\xeb\xb3\x84 \xec\xa0\x84\xec\x8b\x9c",
     .adult = "\xe5\xa4\xa7\xe4\xba\xba",
     .child = "\xe5\xb0\x8f\xe4\xba\xba\xef\xbc\x88\xe5\x85\xad\xe6\xad\xb3\xe3\x81\x8b\xe3\x82\x89"
              "\xe5\x8d\x81\xe4\xb8\x83\xe6\xad\xb3\xef\xbc\x89",
     .family = MARKED MARKED "mi" MARKED "le e\xcc\x81"
                             "t e\xcc\x80"
                             "nfants",
     .book = "\xec\x96\xb4\xeb\xa6\xb0\xec\x9d\xb4 \xec\xb1\x85",
     .free = "\xe7\x84\xa1\xe6\x96\x99",
     .group = "\xe5\x9b\xa3\xe4\xbd\x93\xe5\x8d\x81\xe5\x90\x8d\xe4\xbb\xa5\xe4\xb8\x8a",
     .gift = "\xe5\xaf\x84\xe4\xbb\x98",
     .guide = "\xf0\x9f\x8e\xa7 \xe9\x9f\xb3\xe5\xa3\xb0\xe3\x82\xac\xe3\x82\xa4\xe3\x83\x89",
     .map = "\xe5\x9c\xb0\xe5\x9b\xb3",
     .ana = "\xe5\xae\x89\xe5\xa8\x9c",
     .ben = "\xeb\xb2\xa4",
     .reason = "\xe7\xa0\xb4\xe6\x90\x8d",
     .other_reason = "\xe6\xb0\x97\xe3\x81\x8c\xe5\xa4\x89\xe3\x82\x8f\xe3\x81\xa3\xe3\x81\x9f",
     .account = "\xe5\x8c\x97\xe9\xab\x98\xe6\xa0\xa1",
     .rule = "\xe5\xae\xb6\xe6\x97\x8f\xe3\x81\xae\xe6\x97\xa5"},
    {.name = "hostile",
     .language = "en",
     .museum = "%s%n%d",
     .event = W10 W10 W10 W10,
     .other_event = "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
     .adult = "%s%s%s%n",
     .child = "24.00",
     .family = W10 W10 W10 W10,
     .book = "Enter pay",
     .free = "[0m[2J",
     .group = "\xf0\x9f\x91\xa9\xf0\x9f\x91\xa9\xf0\x9f\x91\xa9\xf0\x9f\x91\xa9\xf0\x9f\x91\xa9\xf0"
              "\x9f\x91"
              "\xa9\xf0\x9f\x91\xa9\xf0\x9f\x91\xa9",
     .gift = "\xef\xbf\xbd\xef\xbf\xbd",
     .guide = "........................................",
     .map = "-",
     .ana = "Till 9 Eve shift 1 online 0 waiting",
     .ben = "online",
     .reason = "'; DROP TABLE entry; --",
     .other_reason = "<script>alert(1)</script>",
     .account = "=cmd|' /C calc'!A0",
     .rule = "0.00"},
};
const size_t tongue_count = sizeof(tongues) / sizeof(tongues[0]);
