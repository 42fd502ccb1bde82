"""What `zstack-ticket init` writes: a first test, a context file and a recipe for CI."""

from __future__ import annotations

TEST = '''"""The first tests of a cloud: `pytest --zstack-url=embedded test_cloud.py` tries them on the simulator."""

import pytest


@pytest.mark.requirement("OWN-1")
def test_a_ticket_can_be_created(ticket_endpoint):
    """The documented sample, or that of the context file, is accepted."""
    result = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert not result.refused
    assert result.inventory["name"]


@pytest.mark.requirement("OWN-2")
def test_a_name_of_256_characters_is_refused(ticket_endpoint):
    """A name has at most 255 characters."""
    result = ticket_endpoint.create(ticket_endpoint.draft(name="n" * 256))
    assert result.refused
'''
CONTEXT = """# What this cloud accepts: pass it with --zstack-context=cloud.toml, and check it with
#   zstack-ticket doctor URL --context cloud.toml
# Without a value the suites send that of the CreateTicket documentation. Take the # off what you fill in.

# [ticket]
# request-name = "create vm"
# api-name = "org.zstack.header.vm.APICreateVmInstanceMsg"
# execute-times = 1
# flow-collection-uuid = "872c04e82fee40509447b9ec90fc5aa1"   # GET /v1/tickets/flow-collections lists them

# [account-system]
# type = "iam2"

# [account-system.context]                                     # the project and the virtual ID that you log in with
# projectUuid = "28c9a199e3e842d28c9805eb89be56cb"
# virtualIDUuid = "1c255722caf34cb888b57d11a744248c"

# [api-body]                                                   # a message that this cloud could carry out
# name = "conformance test"
# instanceOfferingUuid = "46466abc6c8931fdaab7a8df43e4f175"    # GET /v1/instance-offerings
# imageUuid = "43e997234af63863b28a5e9987e1d122"               # GET /v1/images
# l3NetworkUuids = ["8b4ddd66c7ba30598cdc7ab835e04f96"]        # GET /v1/l3-networks

# [stranger]                                                   # a user of another project, to test isolation
# login = "virtual-id"
# user = "bob"
# project = "p2"
"""
RUN = 'pytest --zstack-url="$CLOUD" --zstack-context=cloud.toml --zstack-effort=smoke --zstack-report=report'
SUMMARY = "test ! -f report/report.json || zstack-ticket export markdown report"
"""Comes after each run, whatever its exit status; there is no report where the installation failed."""
GITHUB = f"""name: conformance
on: [workflow_dispatch]
jobs:
  conformance:
    runs-on: ubuntu-latest  # self-hosted, with a runner of yours, if GitHub's machines cannot reach the cloud
    env:
      CLOUD: "{{url}}"
      ZSTACK_CONSENT: "{{host}}"
      ZSTACK_PASSWORD: ${{{{{{{{ secrets.ZSTACK_PASSWORD }}}}}}}}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {{{{python-version: "3.13"}}}}
      - run: pip install {{install}}
      - run: {RUN}
      - if: always()
        run: {SUMMARY} >> "$GITHUB_STEP_SUMMARY"
      - if: always()
        uses: actions/upload-artifact@v4
        with: {{{{name: report, path: report}}}}
"""
GITLAB = f"""# ZSTACK_PASSWORD is a protected variable of the project
conformance:
  image: python:3.13
  variables:
    CLOUD: "{{url}}"
    ZSTACK_CONSENT: "{{host}}"
  script:
    - pip install {{install}}
    - {RUN}
  after_script:
    - {SUMMARY} --output report/summary.md
  artifacts:
    when: always
    paths: [report]
    reports:
      junit: report/junit.xml
"""
JENKINS = f"""// zstack is a credential of the kind "secret text"
pipeline {{{{
    agent {{{{ docker {{{{ image 'python:3.13' }}}} }}}}
    environment {{{{
        CLOUD = '{{url}}'
        ZSTACK_CONSENT = '{{host}}'
        ZSTACK_PASSWORD = credentials('zstack')
        HOME = "${{{{env.WORKSPACE}}}}"  // the user of Jenkins has no home in the image
    }}}}
    stages {{{{
        stage('conformance') {{{{
            steps {{{{
                sh 'python -m venv .venv'
                sh '. .venv/bin/activate && pip install {{install}}'
                sh '. .venv/bin/activate && {RUN}'
            }}}}
        }}}}
    }}}}
    post {{{{
        always {{{{
            sh '. .venv/bin/activate && {SUMMARY} --output report/summary.md'
            junit(testResults: 'report/junit.xml', allowEmptyResults: true)
            archiveArtifacts(artifacts: 'report/**', allowEmptyArchive: true)
        }}}}
    }}}}
}}}}
"""
RECIPES = {
    "github": (".github/workflows/conformance.yml", GITHUB),
    "gitlab": (".gitlab-ci.yml", GITLAB),
    "jenkins": ("Jenkinsfile", JENKINS),
}
"""Path and text of the recipe for each CI system."""
