"""Every output that the product reads: one module each, listed here and nowhere else.

Where two modules share an anchor, the first one listed is asked first.
"""

from __future__ import annotations

from types import ModuleType

from bot.outputs import (
    accelerator,
    accelerator_mapi,
    accelerator_wansecure,
    class_map,
    clock,
    connection_detail,
    connection_table,
    dynamic_match,
    get_key,
    license,
    mapiao_errorlog,
    ntp_status,
    policy_map,
    running_config,
    secure_store,
    sr_errorlog,
    statistics_epm,
    statistics_mapi,
    syslog,
    tfo_log,
    verify_encryption,
    version,
    wsao_errorlog,
)

OUTPUTS: tuple[ModuleType, ...] = (
    verify_encryption,
    accelerator,
    accelerator_mapi,
    accelerator_wansecure,
    license,
    statistics_mapi,
    statistics_epm,
    connection_table,
    connection_detail,
    dynamic_match,
    running_config,
    get_key,
    class_map,
    policy_map,
    secure_store,
    version,
    clock,
    ntp_status,
)
LOGS: tuple[ModuleType, ...] = (mapiao_errorlog, sr_errorlog, wsao_errorlog, syslog, tfo_log)
