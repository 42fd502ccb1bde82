"""The list of commands in Chinese."""

from __future__ import annotations

DESCRIPTION = "`pytest --zstack-url=URL` 的配套命令。"
EPILOG = "`zstack-ticket COMMAND --help` 显示某个命令的选项。"
TITLES = {
    "examine": "检测",
    "under load": "负载",
    "understand": "分析结果",
    "trust": "签名与验证",
    "clean up": "清理",
    "simulate": "模拟",
    "shell": "命令行补全",
}
TEXTS = {
    "init": "生成第一个测试、上下文文件和 CI 配置",
    "doctor": "预检：目标是否可以测试，需要修正什么",
    "context": "查询云中可用的资源，生成上下文文件",
    "login": "为报告中的 curl 命令输出会话",
    "requirements": "列出测试套件检查的要求",
    "explain": "显示一条要求的全部信息",
    "fleet": "用 Dask 分批检测多个目标",
    "fleet-report": "汇总多次运行的结果",
    "load": "许多用户同时使用目标，逐个判定响应",
    "soak": "少量用户持续数小时，附随时间变化的图表",
    "replay": "重新发送一个问题：是否仍然失败？",
    "diff": "比较两次运行的报告",
    "history": "显示多次运行中哪些结论有变化",
    "waive": "为已知的失败添加豁免",
    "waivers": "检查豁免文件",
    "export": "把运行结果转换为其他工具的格式",
    "render": "把报告渲染为 HTML 或 PDF",
    "bundle": "把一次运行的文件夹打包为 zip",
    "serve": "在浏览器中只读浏览多次运行的文件夹",
    "judge": "根据证据重新计算结论",
    "keygen": "生成用于签名和验证的密钥对",
    "sign": "为运行结果签名",
    "countersign": "为已签名的包追加签名",
    "verify": "验证已签名的包是否真实",
    "registry": "公开列出证书，或撤回证书",
    "keyset": "为带有角色和有效期的密钥清单签名",
    "advise": "为已知有误的要求清单签名",
    "sweep": "删除一次运行留在目标上的工单",
    "simulate": "启动模拟的 ZStack 云，用来试用测试套件",
    "faults": "列出可以模拟的故障",
    "completion": "在 bash、zsh 和 fish 中补全命令和选项",
}
