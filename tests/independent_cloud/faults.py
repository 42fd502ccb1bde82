"""Small departures, as a reviewer of a gateway would imagine real bugs.

One a line: name, the areas that should see it, and where the dossier lets it pass, why (`open`). A line that begins with @
says which healthy cloud the next ones are built into, and at which effort they are looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

TABLE = """
@ real smoke
error-no-description answer | 10.1.15: description is a non-empty string
error-empty-description answer | 10.1.15
error-no-code answer | 10.1.15
error-null-code answer | 10.1.15
error-code-number answer | 10.1.15
error-code-bare answer | open: a bare "1007" is off the grammar of 6.2, which is a suggestion
error-code-words answer | 6.2: no such code can be
error-details-object answer | 6.1: details is a string
error-cause-text answer | 6.1: cause is an ErrorCode
error-cause-empty answer | 10.1.47: cause recursively valid
error-stack answer | open: details are free text; 10.1.33 wants no stack trace from the API itself
error-200 answer,job,body | 7.4.4
error-200-success-false answer,job,body | 7.4.4
error-text answer,job,body | 6.1
error-naked answer,job,body | 6.1
error-null answer,job,body | 6.1
error-empty answer,job,body | 10.1.15
error-list answer,job,body | 6.1
error-missing answer,job,body | 10.1.15
error-other-key answer,job,body | 6.1
error-plain answer,job,body | 6.1
error-500 answer,job,body | open: a failed job is 503 in 3.3; the page names no status
error-with-inventory answer,job,body | 6.1: the error sits alone
success-null answer | open: the SDK takes it as {}
success-list answer | 7.2
success-text answer | 7.2
success-naked answer | 7.2: no inventory, not {}
success-inventories answer | 7.2
success-and-error answer | 6.1: success has no error
success-array answer | 7.2
success-plain answer | 7.2
success-empty-inventory answer | 10.1.24-25
success-other-name answer,store,body | 10.1.24
success-other-uuid answer,store | 8.4
success-last-ticket answer,store,body | 10.1.24
success-no-requests answer | 10.1.24
success-other-times answer,body | 10.1.24
success-other-description answer | 10.1.24
row-no-uuid answer,store | 10.1.25
row-no-status answer,lifecycle | 8.3
row-uuid-dashes answer | 10.1.25
row-uuid-upper answer | 10.1.25
row-status-new answer,lifecycle | 8.2
row-status-lower answer,lifecycle | 8.2
row-requests-key answer | 7.4.12
row-request-object answer | 8.3
row-request-text answer | 8.3
row-dates-reversed answer | 10.1.49
row-no-type answer | 10.1.24
row-name-escaped answer,body,isolation,store | 10.1.31
row-times-text answer | open: an int by 8.3, a text the SDK reads as well
row-description-null-text answer,store | 9: nulls are absent
date-epoch answer | 10.1.49
date-sql answer | 10.1.49
date-day-first answer | 10.1.49
name-one-more body | 5.3
name-one-less body | 5.3
name-unlimited body | 5.3
name-bytes body | 5.3: UTF-16 units
name-points body | open: that an emoji counts 2 is inferred
name-cut body,store | 5.3
description-one-more body | 5.3
description-one-less body | 5.3
description-unlimited body | 5.3
description-bytes body | 5.3
description-points body | open: that an emoji counts 2 is inferred
description-cut body,store | 5.3
name-optional body | 7.1
name-null-passes body | 7.1
requests-optional body | 7.1
requests-null-passes body | 7.1
accountSystemType-optional body | 7.1
accountSystemType-null-passes body | 7.1
accountSystemContext-optional body | 7.1
accountSystemContext-null-passes body | 7.1
requests-empty-passes body | 7.1
requests-null-element-passes body | 7.1
requests-null-first-passes body | 7.1
requests-null-second-passes body | 7.1
names-other-field body | 10.1.26
mandatory-no-field body | open: 10.1.26 wants the field named, yet texts are translated after 5.3
mandatory-wrong-code body | 10.1.26
type-any body | 7.3
type-any-case body | open: nothing says how the type compares
flow-any body | 10.1.32
flow-any-hex body | 10.1.32
tags-any body | 5.3
api-any body | 7.3
api-any-class body | 7.3
api-second-any body | 7.3
api-name-empty body | 7.3: no API has an empty name
resource-uuid-any body | 5.3
resource-uuid-length body | 5.3
resource-uuid-upper body | 5.3
resource-uuid-dashes body | 5.3
resource-uuid-short body | 5.3
resource-uuid-ignored body,store,answer | 10.1.25
bind-object-as-text body | 4.4
bind-times-any body | 4.4
bind-times-text body | 4.4
bind-times-fraction body | 4.4
bind-times-overflow body | 4.4
bind-request-any body | 4.4
bind-requests-object body | 4.4
bind-requests-text body | 4.4
bind-params-top body | 4.3: a body without params is an empty message
bind-any-case body | 4.3: key names are case-sensitive
bind-tags-any body | R20
refuse-inner-tags body | 7.4.11
refuse-outer-tags body | 7.4.11
refuse-times-double body | the page's own sample
refuse-unknown-key body | 4.3
refuse-order body | JSON
refuse-null-description body | 4.3: null is absent
flow-null-refused body | 4.3: null is absent
http-refuses-pretty body,http | JSON
http-body-4k body,http | 5.3: 2048 characters of description are allowed
malformed-closed body,http | 4.3
malformed-trailing body,http | 4.3
malformed-comma body,http | 4.3
malformed-200 body,http | 10.1.33
malformed-dies body,http | 10.1.33
malformed-array-200 body,http | 10.1.33
refusal-html http,body,session | open: 10.1.33 expects no HTML from the API itself
refusal-stack http,body | 10.1.33
http-drops-chunked http | HTTP
http-header-case http | RFC 9110, 5.1
http-length-short answer,http | HTTP
http-length-long answer,http | open: an answer cut off on the way cannot be told from a broken line
http-gbk answer,http,body | 1.3: bodies are UTF-8
http-latin answer,http,body | 1.3
http-utf16 answer,http | 1.3
te-cl-length http | RFC 9112, 6.3: a transfer coding overrides a length
http-garbage answer,http | JSON
http-banner answer,http | JSON
http-cut answer,http | JSON
http-double answer,http | JSON
http-single-quotes answer,http | JSON
http-gzip-lie answer,http | HTTP
http-python answer,session,http | JSON
path-slash http | open: 10.1.50 wants 404, but tolerant routing makes no client fail
path-case http | open: R1 wants 404, but tolerant routing makes no client fail
path-any http | 10.1.50
path-patch http | 1.4
auth-none session | 10.1.6
auth-case session | open: 10.1.6 wants 400, yet RFC 9110 lets the case of a scheme not count
auth-bearer session | 10.1.6
auth-any-scheme session | 10.1.6
session-any session | 10.1.7
session-any-hex session | 10.1.7
session-empty session | 2.4
session-prefix session | 2.4
session-case session | open: no source says that a token's case counts
create-any-session session | 10.1.7
query-any-session session | 10.1.7
login-any-password session | 10.1.5
login-any-user session | 2.3
login-name-comment session | 2.3
login-password-prefix session | 10.1.5
login-password-part session | 10.1.5
login-password-like session | 10.1.5
login-no-password session | 2.3
login-wrong-200 session | 10.1.5
login-wrong-empty session | 10.1.5
login-wrong-no-session session | 10.1.5
login-wrong-code session | 10.1.5
login-wrong-html session | 10.1.5
login-uuid-dashes session | 10.1.5
login-no-uuid session | 10.1.5
login-naked session | 10.1.5
logout-nothing session | 10.1.8
logout-reads-on session | 10.1.8
logout-kills-all session | 2.3
logout-twice-error session | 10.1.8
job-uuid-dashes job | 10.1.18
job-uuid-long job | 10.1.18
job-uuid-any job | 10.1.18
job-uuid-ignored job | 10.1.12
job-uuid-replay job | 10.1.18
job-uuid-twice job | 10.1.18
job-uuid-forgotten job,store | 10.1.18
timeout-seconds job,http | 10.1.20
timeout-any job,http | 10.1.20
timeout-zero job | 10.1.11
timeout-text job | 10.1.11
timeout-fixed job,http | 10.1.20
timeout-hour job | 10.1.20
timeout-negative job | 10.1.11
location-relative job | 10.1.11
location-no-id job | 10.1.11
location-slash job | open: the id can still be read
location-ticket job | 10.1.11
location-other-id job | 10.1.12
location-empty job | 10.1.11
location-ftp job | 10.1.11
location-no-prefix job | 10.1.11
location-missing job | 10.1.11
location-number job | 10.1.11
location-list job | 10.1.11
location-case job | 10.1.11
accept-text job | 10.1.11
accept-200 job,answer | 10.1.11
accept-201 job,answer | 10.1.11
accept-204 job,answer | 10.1.11
accept-302 job,answer | 10.1.11
accept-error job | open: an extra key of a 202
poll-any-method job,http | 10.1.17
poll-needs-session job | open: 10.1.10
poll-202-location job | open: 10.1.14
unknown-job-200 job | 10.1.17
unknown-job-202 job | 10.1.17
unknown-job-503 job | 10.1.17
unknown-job-500 job | 10.1.17
job-success-early job,answer,body | 10.1.13
job-never job | 10.1.13
job-once job | 10.1.13
job-flaps job | 10.1.13
job-turns job | 10.1.13
job-runs-again job,store | 10.1.13
job-empties job | 10.1.13
job-restamps job | 10.1.13
job-202-first-error job | open: a 202's body is not read
job-fails-as-200 job,answer,body | 7.4.4
job-fails-as-400 job,answer | open: the page names no status
job-success-201 job,answer | 10.1.13
job-success-204 job,answer | 10.1.13
job-html-500 job,answer,body | 10.1.15
job-swapped job,store,answer,body | 10.1.24
fail-says-success body,job,answer | 7.3
fail-leaves-ticket store,body | 10.1.35
hook-never job | 3.6
hook-empty job | 3.6
hook-wrapped job | 3.6
hook-other-job job | 3.6
hook-flag job | 3.6
hook-always-true job | 3.6
hook-no-job job | 3.6
hook-no-flag job | 3.6
hook-no-retry job | 3.6
hook-get job | 3.6
hook-put job | 3.6
lose-all store | 10.1.36
lose-seventh store | 10.1.36
lose-under-load store | 10.1.36
duplicate-under-load store | 10.1.36
same-uuid-under-load store | 10.1.36
store-twice store | 10.1.18
store-twice-sometimes store | 10.1.18
store-forgets-fifth store | a ticket stays
duplicate-uuid-silent store,body | 10.1.25
duplicate-uuid-replaces store,body | 10.1.25
dedup-same-body store | the page: a POST creates a ticket
store-name-cut store,body | 10.1.24
store-name-cut-bytes store,body | 5.3
store-name-latin store,body | 10.1.30
store-name-mojibake store,body | 10.1.30
store-name-nfc store,body | 10.1.30
store-name-nfkc store,body | 10.1.30
store-name-no-astral store,body | open: 5.3, 3-byte columns
store-name-html store,isolation,body | 10.1.31
store-name-backslash store,isolation,body | 10.1.31
store-name-quotes store,isolation,body | 10.1.31
store-name-lower store,body | 10.1.24
store-name-spaces store,body | 10.1.24
store-name-percent store,isolation,body | 10.1.24
store-name-plus store,isolation,body | 10.1.24
store-name-strip-zwj store,body,isolation | 10.1.30
store-name-no-rtl store,body,isolation | 10.1.30
store-name-tabs store,body,isolation | 10.1.24
store-name-tags store,isolation,body | 10.1.31
store-no-description store | 10.1.24
store-description-cut store | 10.1.24
store-description-last store | 10.1.24
store-first-request store | 10.1.24
store-requests-reversed store | 10.1.24
store-requests-dedup store | 10.1.24
store-times-one store | 10.1.24
store-context-empty store | 10.1.24
store-request-name-api store | 10.1.24
store-body-text-numbers store | open: U7, how apiBody comes back
store-body-number-texts store | open: U7
store-body-floats store | open: 9
store-body-int32 store | open: U7
store-body-bools store | open: U7
store-body-no-false store | open: U7
store-body-flat store | open: U7
store-body-empty store | open: U7
store-body-shared store | open: U7
q-no-operator-ignored query | R27
q-equal-is-like query | 4.6
q-equal-contains query | 4.6
q-equal-prefix query | 4.6
q-equal-any-case query | open: collation
q-equal-stripped query | open: collation
q-like-contains query | open: a LIKE without wildcards
q-like-is-equal query | 4.6
q-like-prefix query | 4.6
q-like-regex query | 4.6
q-underscore-plain query | 4.6
q-is-null-all query | 4.6
q-not-null-all query | 4.6
q-not-ignored query | 4.6
q-in-first query | 4.6
q-in-last query | 4.6
q-in-two query | 4.6
q-equal-splits query | 4.6: only ?= takes a list
q-second-equals query | 4.6: the value is all that follows the first =
q-plus-kept query | 4.6: a plus decodes to a space
q-decoded-twice query | RFC 3986, 2.4
q-not-in-is-in query | 4.6
q-not-like-is-like query | 4.6
q-order-swapped query | 4.6
q-order-strict query | 4.6
limit-any query | R26
q-unknown-ignored query | 10.1.38
q-unknown-empty query | 10.1.38
q-ignored query | 10.1.39
q-first-only query | 10.1.38
q-last-only query | 10.1.38
q-or query | 10.1.38
q-sleeps query | a value is text
page-off-by-one query | 10.1.37
page-overlap query | 10.1.37
page-start-pages query | 10.1.37
page-unstable query | open: without sort no order is promised
limit-one-more query | 10.1.37
limit-ignored query | 10.1.37
limit-default-ten query | 4.6
start-ignored query | 10.1.37
total-page query | 10.1.37
total-all query | 10.1.37
total-one-less query | 10.1.37
total-missing query | 10.1.37
total-text query | open: the SDK reads it
count-ignored query | 4.6
count-zero query | 4.6
sort-ignored query | 4.6
sort-up-always query | 4.6
sort-date-ignored query | 4.6
sort-turned query | 4.6
fields-ignored query | 4.6
fields-first query | 4.6
fields-without query | 4.6
query-list query | 8.4
query-object query | 8.4
query-nulls query | 8.4
query-empty-missing query | 8.4
query-inventory query | 8.4
get-any query | 10.1.40
get-prefix query | 10.1.40
get-inventory query | 10.1.40
get-null query | 10.1.40
get-500 query | 10.1.40
get-last query | 10.1.40
query-stale lifecycle,query | 8.4
query-stale-seconds lifecycle,query | 8.4
query-late store | open: 8.4, inferred
query-own-names store,query | 8.4
query-pending-only query,lifecycle | 8.1
query-after-delete lifecycle | 10.1.44
query-no-dates query,answer | open: DG-9's sample lacks them
cancel-nothing lifecycle | 10.1.41
cancel-rejects lifecycle | 10.1.41
cancel-other lifecycle | 10.1.41
cancel-all lifecycle | 10.1.41
cancel-twice lifecycle | open: the table of 8.2 is inferred
cancel-touches-description lifecycle,store | 8.1
cancel-touches-name lifecycle,store | 8.1
cancel-touches-requests lifecycle,store | 8.1
cancel-drops-description lifecycle,store | 8.1
cancel-touches-create-date lifecycle | 8.1
cancel-touches-context lifecycle | 8.1
change-stale-answer lifecycle | 8.1
reopen-rejects lifecycle | open: inferred
reopen-clones lifecycle,store | 8.2: a status change makes no ticket
reopen-nothing lifecycle | open: inferred; a success that changes nothing
event-any lifecycle | 10.1.42
event-any-case lifecycle | open: 4.4, inferred
event-missing lifecycle | 10.1.42
comment-any lifecycle | 10.1.42
forbidden-any lifecycle | open: the table of 8.2 is inferred
forbidden-changes lifecycle | 10.1.42
update-any-status lifecycle | 8.2
update-reopened lifecycle | 8.2
update-refused-but-done lifecycle | 8.2
update-appends lifecycle | 8.1
update-first-only lifecycle | 8.1
update-nothing lifecycle | 8.1
update-touches-name lifecycle | 8.1
update-touches-description lifecycle | open: what an update without description means
update-reopens lifecycle | 8.2
update-empty lifecycle | 8.1
history-none lifecycle | 10.1.41
history-no-cancel lifecycle | 10.1.41
history-swapped lifecycle | 10.1.41
history-comment-lost lifecycle | 8.3
history-backwards lifecycle | 8.3
history-constant lifecycle | 8.3
history-wrong-before lifecycle | 10.1.41
history-other-ticket lifecycle | 8.3
history-twice lifecycle | 10.1.41
history-of-creation lifecycle | open: 8.2 names open at creation
delete-nothing lifecycle | 10.1.44
delete-from-list lifecycle | open: a soft delete
delete-same-name lifecycle | 10.1.44
delete-newest lifecycle | 10.1.44
delete-cancels lifecycle | 10.1.44
delete-leaves-history lifecycle | open: U4
archives-live lifecycle | 8.3
wrapper-case lifecycle | open: 7.4.23 and 10.1.43 want a refusal, yet pages print wrappers so
wrapper-params lifecycle | open: R12, yet the Go SDK sends it so
wrapper-any lifecycle | 10.1.43
get-hidden lifecycle | 10.1.44
access-delete-open access | every call but a log-in asks who calls
access-cancel-open access | every call but a log-in asks who calls
access-read-open access | every call but a log-in asks who calls
access-session-query access | a session stands in its header
access-session-cookie access | a session stands in its header
access-session-header access | a session stands in its header
access-body-uuid access | the path says which ticket
access-query-uuid access | the path says which ticket
access-delete-like access | a uuid is no pattern
access-status-sent access | a create has no status
access-date-sent access | a create has no date
access-or-true access | a value is text
access-get-creates access | a GET reads
access-login-quotes access | a password is a secret
path-file access | CWE-22
path-dots access | every call but a log-in asks who calls
access-fetch access | nobody asked for it
context-swapped store,answer | the page: a context is stored as sent
session-low-entropy session | security: a session must not be guessed
get-deletes access,http | RFC 9110, 9.2.1: a GET is safe
comment-cut lifecycle | 8.3
history-operator-other lifecycle | SDK: operatorUuid is who did it
limit-zero-all query | 4.6: limit is how many
start-wraps query | 4.6: start is how many to skip
q-ampersand-split query | RFC 3986, 2.2
count-limited query | 4.6: count is of all
location-from-host job,http,access | security: a header of the client must not lead it elsewhere
location-tells-session job,http,access | security: a session in an address is logged
hook-tells-session job,access | security: a session must not be sent to others
header-tells-session http,access | security: a session must not be repeated
auth-echo session,http,access | security: a session must not be repeated
te-first-chunk http | RFC 9112, 7.1
body-boundary body,store | RFC 3629
q-status-stale query,lifecycle | 8.4
login-tells-users session,access | security: who has an account is nobody's business
login-takes-session session,access | security: session fixation
cors-null access | security: any page can have the origin null
jsonp http,access | security: any page can read an answer that is a script
get-cached lifecycle,query | 8.4
last-date-stands lifecycle | SDK: lastOpDate is that of the last event
times-zero-one store | the page: an executeTimes is stored as sent
name-unique body,store,access | the page: names are no keys
@ keys smoke
key-signature session | 10.1.51
key-signature-prefix session | 10.1.51
key-date session | 10.1.51
key-method session | 10.1.51
key-path session | 10.1.51
key-tells-signature session | a signature that was not made must not be told
key-tells-digest session | a digest of the secret lets it be guessed offline
key-id-case session | open: columns may compare without case
@ direct-inventory smoke
gate:error-200 answer,body | 7.4.4
gate:error-no-description answer,body | 10.1.15
gate:error-null answer,body | 6.1
gate:name-one-more body | 5.3
gate:requests-null-second-passes body | 7.1
gate:success-other-name answer,store,body | 10.1.24
gate:lose-seventh store | 10.1.36
gate:session-any session | 10.1.7
gate:auth-none session | 10.1.6
gate:fail-says-success body | 7.3
gate:success-naked answer | 7.2
@ direct-empty smoke
page:error-200 answer,body | 7.4.4
page:error-missing answer,body | the page
page:error-naked answer,body | the page
page:name-optional body | 7.1
page:requests-empty-passes body | 7.1
page:requests-null-element-passes body | 7.1
page:accountSystemContext-optional body | 7.1
page:type-any body | 7.3
page:lose-all store | 10.1.36
page:lose-seventh store | 10.1.36
page:store-name-mojibake store,body | 10.1.30
page:malformed-closed body,http | 4.3
page:auth-none session | 10.1.6
page:session-any session | 10.1.7
page:fail-says-success body | 7.3
page:fail-leaves-ticket store,body | 10.1.35
page:q-ignored query | 10.1.39
page:cancel-nothing lifecycle | 10.1.41
@ minimal smoke
minimal:error-200 answer,job,body | 7.4.4
minimal:name-unlimited body | 5.3
minimal:job-flaps job | 10.1.13
minimal:job-never job | 10.1.13
minimal:auth-none session | 10.1.6
minimal:fail-says-success body | 7.3
@ people smoke
leak-all isolation | 8.4: what the ownership filter allows
leak-plain isolation | 8.4
leak-uuid isolation | 8.4
leak-uuid-list isolation | 8.4
leak-uuid-like isolation | 8.4
leak-uuid-range isolation | 8.4
leak-uuid-not isolation | 8.4
leak-name isolation | 8.4
leak-name-like isolation | 8.4
leak-name-list isolation | 8.4
leak-name-not isolation | 8.4
leak-status isolation | 8.4
leak-flow isolation | 8.4
leak-type isolation | 8.4
leak-description isolation | 8.4
leak-date isolation | 8.4
leak-null isolation | 8.4
leak-two isolation | 8.4
leak-sort isolation | 8.4
leak-fields isolation | 8.4
leak-limit isolation | 8.4
leak-second-page isolation | 8.4
leak-count isolation | 8.4
leak-count-plain isolation | 8.4
leak-total isolation | 8.4: total counts the rows that are seen
leak-schema isolation | 8.4: an entry of schema for each row that is shown
page-before-sight isolation,query | 10.1.37: pages partition the set that is seen
leak-no-project isolation | open: 2.1, what a virtual ID sees before it logs in to a project
leak-third isolation | 8.4
leak-tenth isolation | 8.4
leak-long isolation | 8.4
leak-get isolation | 8.4, 4.6: a GET of a path is a query
leak-get-third isolation | 8.4
get-denied isolation | open: 4.6 is a filter, yet 2.4 knows a refusal that names the uuid
leak-history isolation | 8.4
leak-history-path isolation | 8.4
leak-history-named isolation | 8.4
leak-history-status isolation | 8.4
leak-archive isolation | 8.4
leak-archive-plain isolation | 8.4
leak-archive-named isolation | 8.4
leak-archive-name isolation | 8.4
leak-archived-history isolation | 8.4
leak-archived-history-plain isolation | 8.4
slip-cancelled isolation | 8.4
slip-reopened isolation | 8.4
slip-updated isolation | 8.4
slip-rejected isolation,lifecycle | 8.4
slip-approved isolation,lifecycle | 8.4
slip-new isolation | 8.4
slip-newest isolation | 8.4
slip-tried isolation | 8.4
slip-owner isolation | 8.4: the owner is a stranger to others' tickets
slip-approver isolation,lifecycle | open: U11; whose flows an approver serves is not told
foreign-cancel isolation,lifecycle | 2.4, 8.2
foreign-reopen isolation,lifecycle | 2.4, 8.2
foreign-reject isolation,lifecycle | 2.4, 8.2
foreign-approve isolation,lifecycle | 2.4, 10.1.45
foreign-update isolation | 2.4, 8.2
foreign-delete isolation | 2.4
foreign-pending isolation,lifecycle | 2.4, 8.2
foreign-cancelled isolation,lifecycle | 2.4, 8.2
foreign-again isolation,lifecycle | 2.4, 8.2
foreign-third isolation,lifecycle | 2.4, 8.2
foreign-accepted-nothing isolation | 2.4: a refusal is an error
spoil-status isolation,lifecycle | 10.1.42
spoil-reject lifecycle,isolation | 10.1.42
spoil-reopen isolation,lifecycle | 10.1.42
spoil-date isolation,lifecycle | open: 10.1.42 wants the status unchanged; lastOpDate is the ORM's
spoil-history isolation,lifecycle | 10.1.42
spoil-update isolation | 10.1.42
spoil-delete isolation | 2.4
spoil-owner isolation,lifecycle | 2.4
tells-description isolation | 2.4: the texts name uuid and name alone
tells-request isolation | 2.4
tells-request-name isolation | open: a name that others' tickets have as well
tells-status isolation | open: the text of 8.2 names the status
tells-context isolation | open: 2.4 names accounts in its texts
tells-session isolation | 10.1.52
tells-owner-session isolation | 10.1.52
tells-sql isolation | 10.1.33
tells-line isolation | 10.1.33
tells-file isolation | 10.1.33
owner-admin isolation,store,lifecycle | 8.4: who created it sees it
owner-under-load isolation | 10.1.36
owner-busy-project isolation | open: the person still sees his own; only his project is wrong
mix-description isolation | 10.1.24
mix-request isolation | 10.1.24
answer-other isolation,store | 10.1.24
session-mix isolation,lifecycle | 2.4
session-mix-soon isolation | 2.4
login-any-project session,isolation | open: the one who logs in sees his own
flow-foreign isolation | 7.3: flow collection not of the project
flow-foreign-pairs isolation | 7.3
approve-nothing lifecycle | 8.2
approve-rejects lifecycle | 8.2
approve-cancels lifecycle | 8.2
approve-skips lifecycle | open: how many steps a flow has the suites do not ask
approve-no-history lifecycle | 8.2: DG-8's row is of an approval
approve-comment-lost lifecycle | 8.3
approve-history-twice lifecycle | 10.1.41
reject-nothing lifecycle | 8.2
reject-cancels lifecycle | 8.2
reject-no-history lifecycle | 10.1.41
reject-history-twice lifecycle | 10.1.41
owner-approve lifecycle | open: 10.1.45 wants an error, yet the operators of 8.2 are inferred
owner-reject lifecycle | open: the operators of 8.2 are inferred
update-approved lifecycle | 8.2
@ people-jitter smoke
leak-busy isolation | 8.4
foreign-busy isolation | 2.4, 8.2
session-mix-busy isolation | 2.4
@ people-admin smoke
admin:leak-name-like isolation | 8.4
admin:leak-get isolation | 8.4
admin:leak-second-page isolation | 8.4
admin:foreign-cancel isolation,lifecycle | 2.4
admin:spoil-delete isolation | 2.4
admin:approve-rejects lifecycle | 8.2
admin:update-approved lifecycle | 8.2
admin:slip-approved isolation,lifecycle | 8.4
admin:owner-under-load isolation | 10.1.36
@ people-stranger smoke
stranger:leak-uuid isolation | 8.4
stranger:foreign-reopen isolation,lifecycle | 2.4
@ people-context smoke
context:foreign-update isolation | 2.4
context:leak-archive isolation | 8.4
@ people-checked smoke
context-foreign isolation | open: U8
@ people-direct smoke
gate:leak-uuid-list isolation | 8.4
gate:leak-total isolation | 8.4
gate:foreign-cancel isolation,lifecycle | 2.4
gate:tells-description isolation | 2.4
gate:mix-description isolation | 10.1.24
@ people-page smoke
page:leak-count isolation | 8.4
page:foreign-cancel isolation,lifecycle | 2.4
page:foreign-delete isolation | 2.4
page:approve-rejects lifecycle | 8.2
"""


@dataclass(frozen=True)
class Fault:
    """One departure and who should see it."""

    name: str
    areas: tuple[str, ...]
    why: str
    variant: str
    effort: str

    @property
    def flaw(self) -> str:
        """The name that the cloud knows it by."""
        return self.name.rpartition(":")[2]

    @property
    def clear(self) -> bool:
        """Whether the dossier makes it a departure."""
        return not self.why.startswith("open")


def _read() -> dict[str, Fault]:
    found: dict[str, Fault] = {}
    variant = effort = ""
    for line in TABLE.strip().splitlines():
        if line.startswith("@"):
            variant, effort = line[1:].split()
            continue
        head, _, why = line.partition(" | ")
        name, areas = head.split()
        found[name] = Fault(name, tuple(areas.split(",")), why, variant, effort)
    return found


FAULTS = _read()
