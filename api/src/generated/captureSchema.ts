// Generated from crds/ by `make generate`. Do not edit.

/** JSON Schema (draft 07) of a DiagnosticCapture's spec. */
export const CAPTURE_SPEC_SCHEMA: object = {
  "type": "object",
  "required": [
    "target",
    "collectors"
  ],
  "properties": {
    "target": {
      "type": "object",
      "properties": {
        "nodeNames": {
          "type": "array",
          "minItems": 1,
          "maxItems": 1024,
          "items": {
            "type": "string",
            "minLength": 1,
            "maxLength": 240,
            "pattern": "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"
          }
        },
        "nodeSelector": {
          "type": "object",
          "properties": {
            "matchLabels": {
              "type": "object",
              "maxProperties": 32,
              "additionalProperties": {
                "type": "string",
                "maxLength": 63
              }
            },
            "matchExpressions": {
              "type": "array",
              "maxItems": 32,
              "items": {
                "type": "object",
                "required": [
                  "key",
                  "operator"
                ],
                "properties": {
                  "key": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 317
                  },
                  "operator": {
                    "type": "string",
                    "enum": [
                      "In",
                      "NotIn",
                      "Exists",
                      "DoesNotExist"
                    ]
                  },
                  "values": {
                    "type": "array",
                    "maxItems": 64,
                    "items": {
                      "type": "string",
                      "maxLength": 63
                    }
                  }
                },
                "additionalProperties": false
              }
            }
          },
          "additionalProperties": false
        },
        "devices": {
          "type": "object",
          "default": {},
          "properties": {
            "pciAddresses": {
              "type": "array",
              "maxItems": 64,
              "items": {
                "type": "string",
                "maxLength": 13,
                "pattern": "^[0-9a-f]{4,5}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]$"
              }
            },
            "interfaces": {
              "type": "array",
              "maxItems": 64,
              "items": {
                "type": "string",
                "minLength": 1,
                "maxLength": 15,
                "pattern": "^[^/\\s]+$"
              }
            },
            "rdmaDevices": {
              "type": "array",
              "maxItems": 64,
              "items": {
                "type": "string",
                "minLength": 1,
                "maxLength": 63,
                "pattern": "^[^/\\s]+$"
              }
            },
            "models": {
              "type": "array",
              "maxItems": 32,
              "items": {
                "type": "string",
                "minLength": 1,
                "maxLength": 64
              }
            },
            "psids": {
              "type": "array",
              "maxItems": 32,
              "items": {
                "type": "string",
                "minLength": 1,
                "maxLength": 16,
                "pattern": "^[A-Za-z0-9_-]+$"
              }
            },
            "functions": {
              "type": "array",
              "minItems": 1,
              "maxItems": 2,
              "default": [
                "PF"
              ],
              "items": {
                "type": "string",
                "enum": [
                  "PF",
                  "VF"
                ]
              }
            },
            "linkState": {
              "type": "string",
              "enum": [
                "Any",
                "Up",
                "Down"
              ],
              "default": "Any"
            }
          },
          "additionalProperties": false
        }
      },
      "additionalProperties": false
    },
    "collectors": {
      "type": "array",
      "minItems": 1,
      "maxItems": 16,
      "items": {
        "type": "object",
        "required": [
          "name",
          "type"
        ],
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 32,
            "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
          },
          "type": {
            "type": "string",
            "enum": [
              "RegisterDump",
              "CapabilityDump",
              "LinkDiagnostics",
              "FirmwareInfo",
              "NvConfig",
              "ObjectDump",
              "ResourceDump",
              "CoreDump",
              "HostState",
              "Health"
            ]
          },
          "registerDump": {
            "type": "object",
            "properties": {
              "set": {
                "type": "string",
                "enum": [
                  "Standard",
                  "All"
                ]
              },
              "registers": {
                "type": "array",
                "minItems": 1,
                "maxItems": 256,
                "items": {
                  "type": "object",
                  "properties": {
                    "name": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 64,
                      "pattern": "^[A-Za-z][A-Za-z0-9_]*$"
                    },
                    "id": {
                      "anyOf": [
                        {
                          "type": "integer"
                        },
                        {
                          "type": "string"
                        }
                      ],
                      "minimum": 0,
                      "maximum": 65535,
                      "maxLength": 6,
                      "pattern": "^0x[0-9a-fA-F]{1,4}$"
                    },
                    "length": {
                      "type": "integer",
                      "format": "int32",
                      "minimum": 4,
                      "maximum": 4096,
                      "multipleOf": 4
                    },
                    "index": {
                      "type": "object",
                      "maxProperties": 16,
                      "additionalProperties": {
                        "anyOf": [
                          {
                            "type": "integer"
                          },
                          {
                            "type": "string"
                          }
                        ],
                        "minimum": 0,
                        "maximum": 4294967295,
                        "maxLength": 10,
                        "pattern": "^(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})$"
                      }
                    }
                  },
                  "additionalProperties": false,
                  "allOf": [
                    {
                      "oneOf": [
                        {
                          "required": [
                            "name"
                          ]
                        },
                        {
                          "required": [
                            "id"
                          ]
                        }
                      ],
                      "description": "exactly one of name and id must be given"
                    }
                  ]
                }
              }
            },
            "additionalProperties": false,
            "allOf": [
              {
                "oneOf": [
                  {
                    "required": [
                      "set"
                    ]
                  },
                  {
                    "required": [
                      "registers"
                    ]
                  }
                ],
                "description": "exactly one of set and registers must be given"
              }
            ]
          },
          "capabilityDump": {
            "type": "object",
            "properties": {
              "mode": {
                "type": "string",
                "enum": [
                  "Current",
                  "Maximum",
                  "Both"
                ],
                "default": "Current"
              }
            },
            "additionalProperties": false
          },
          "linkDiagnostics": {
            "type": "object",
            "properties": {
              "eye": {
                "type": "boolean",
                "default": false
              }
            },
            "additionalProperties": false
          },
          "nvConfig": {
            "type": "object",
            "properties": {
              "values": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "items": {
                  "type": "string",
                  "enum": [
                    "Current",
                    "NextBoot",
                    "Default"
                  ]
                }
              },
              "types": {
                "type": "array",
                "minItems": 1,
                "maxItems": 64,
                "items": {
                  "type": "string",
                  "maxLength": 10,
                  "pattern": "^0x[0-9a-fA-F]{1,8}$"
                }
              }
            },
            "additionalProperties": false
          },
          "objectDump": {
            "type": "object",
            "required": [
              "objects"
            ],
            "properties": {
              "objects": {
                "type": "array",
                "minItems": 1,
                "maxItems": 32,
                "items": {
                  "type": "object",
                  "required": [
                    "type"
                  ],
                  "properties": {
                    "type": {
                      "type": "string",
                      "enum": [
                        "QP",
                        "CQ",
                        "EQ",
                        "MKEY",
                        "SRQ",
                        "XRC_SRQ",
                        "SQ",
                        "RQ",
                        "RMP",
                        "TIS",
                        "TIR",
                        "RQT",
                        "DCT",
                        "XRQ",
                        "Q_COUNTER",
                        "PAGES",
                        "L2_TABLE_ENTRY",
                        "ISSI",
                        "ADAPTER",
                        "SPECIAL_CONTEXTS",
                        "MAD_DEMUX",
                        "WOL_ROL",
                        "LAG",
                        "ESW_FUNCTIONS",
                        "SF_PARTITION",
                        "VNIC_ENV",
                        "VPORT_STATE",
                        "VPORT_COUNTER",
                        "NIC_VPORT_CONTEXT",
                        "ESW_VPORT_CONTEXT",
                        "HCA_VPORT_CONTEXT",
                        "HCA_VPORT_GID",
                        "HCA_VPORT_PKEY",
                        "ROCE_ADDRESS",
                        "CONG_STATUS",
                        "CONG_PARAMS",
                        "CONG_STATISTICS",
                        "SCHEDULING_ELEMENT",
                        "FLOW_TABLE",
                        "FLOW_GROUP",
                        "FLOW_TABLE_ENTRY",
                        "FLOW_COUNTER",
                        "PACKET_REFORMAT_CONTEXT",
                        "VHCA_MIGRATION_STATE"
                      ]
                    },
                    "ids": {
                      "anyOf": [
                        {
                          "type": "integer"
                        },
                        {
                          "type": "string"
                        }
                      ],
                      "minimum": 0,
                      "maximum": 4294967295,
                      "minLength": 1,
                      "maxLength": 512,
                      "pattern": "^(all|(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})(-(0x[0-9a-fA-F]{1,8}|[0-9]{1,10}))?(, ?(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})(-(0x[0-9a-fA-F]{1,8}|[0-9]{1,10}))?)*)$"
                    },
                    "index": {
                      "type": "object",
                      "maxProperties": 8,
                      "additionalProperties": {
                        "anyOf": [
                          {
                            "type": "integer"
                          },
                          {
                            "type": "string"
                          }
                        ],
                        "minimum": 0,
                        "maximum": 4294967295,
                        "maxLength": 10,
                        "pattern": "^(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})$"
                      }
                    },
                    "limit": {
                      "type": "integer",
                      "format": "int32",
                      "minimum": 1,
                      "maximum": 65536,
                      "default": 4096
                    }
                  },
                  "additionalProperties": false
                }
              }
            },
            "additionalProperties": false
          },
          "resourceDump": {
            "type": "object",
            "properties": {
              "segments": {
                "type": "array",
                "maxItems": 64,
                "items": {
                  "type": "object",
                  "properties": {
                    "name": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 16,
                      "pattern": "^[A-Za-z][A-Za-z0-9_ -]*$"
                    },
                    "id": {
                      "anyOf": [
                        {
                          "type": "integer"
                        },
                        {
                          "type": "string"
                        }
                      ],
                      "minimum": 0,
                      "maximum": 65535,
                      "maxLength": 6,
                      "pattern": "^0x[0-9a-fA-F]{1,4}$"
                    },
                    "index": {
                      "anyOf": [
                        {
                          "type": "integer"
                        },
                        {
                          "type": "string"
                        }
                      ],
                      "minimum": 0,
                      "maximum": 4294967295,
                      "minLength": 1,
                      "maxLength": 512,
                      "pattern": "^(all|active|(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})(-(0x[0-9a-fA-F]{1,8}|[0-9]{1,10}))?(, ?(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})(-(0x[0-9a-fA-F]{1,8}|[0-9]{1,10}))?)*)$"
                    },
                    "index2": {
                      "anyOf": [
                        {
                          "type": "integer"
                        },
                        {
                          "type": "string"
                        }
                      ],
                      "minimum": 0,
                      "maximum": 4294967295,
                      "minLength": 1,
                      "maxLength": 512,
                      "pattern": "^(all|active|(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})(-(0x[0-9a-fA-F]{1,8}|[0-9]{1,10}))?(, ?(0x[0-9a-fA-F]{1,8}|[0-9]{1,10})(-(0x[0-9a-fA-F]{1,8}|[0-9]{1,10}))?)*)$"
                    }
                  },
                  "additionalProperties": false,
                  "allOf": [
                    {
                      "oneOf": [
                        {
                          "required": [
                            "name"
                          ]
                        },
                        {
                          "required": [
                            "id"
                          ]
                        }
                      ],
                      "description": "exactly one of name and id must be given"
                    }
                  ]
                }
              },
              "mode": {
                "type": "string",
                "enum": [
                  "Auto",
                  "Inline",
                  "Memory"
                ],
                "default": "Auto"
              },
              "followReferences": {
                "type": "integer",
                "format": "int32",
                "minimum": 0,
                "maximum": 4096,
                "default": 0
              },
              "maxBytesPerDump": {
                "type": "string",
                "maxLength": 20,
                "pattern": "^[0-9]{1,15}(Ki|Mi|Gi|Ti|k|M|G|T)?$",
                "default": "64Mi"
              }
            },
            "additionalProperties": false
          },
          "coreDump": {
            "type": "object",
            "properties": {
              "type": {
                "type": "string",
                "enum": [
                  "Memory",
                  "General",
                  "QueuePair"
                ],
                "default": "Memory"
              }
            },
            "additionalProperties": false
          },
          "health": {
            "type": "object",
            "properties": {
              "dump": {
                "type": "boolean",
                "default": false
              }
            },
            "additionalProperties": false
          }
        },
        "additionalProperties": false,
        "allOf": [
          {
            "oneOf": [
              {
                "allOf": [
                  {
                    "properties": {
                      "type": {
                        "const": "RegisterDump"
                      }
                    },
                    "required": [
                      "type"
                    ]
                  },
                  {
                    "required": [
                      "registerDump"
                    ]
                  }
                ]
              },
              {
                "not": {
                  "anyOf": [
                    {
                      "properties": {
                        "type": {
                          "const": "RegisterDump"
                        }
                      },
                      "required": [
                        "type"
                      ]
                    },
                    {
                      "required": [
                        "registerDump"
                      ]
                    }
                  ]
                }
              }
            ],
            "description": "registerDump is required when type is RegisterDump, and forbidden otherwise"
          },
          {
            "oneOf": [
              {
                "allOf": [
                  {
                    "properties": {
                      "type": {
                        "const": "CapabilityDump"
                      }
                    },
                    "required": [
                      "type"
                    ]
                  },
                  {
                    "required": [
                      "capabilityDump"
                    ]
                  }
                ]
              },
              {
                "not": {
                  "anyOf": [
                    {
                      "properties": {
                        "type": {
                          "const": "CapabilityDump"
                        }
                      },
                      "required": [
                        "type"
                      ]
                    },
                    {
                      "required": [
                        "capabilityDump"
                      ]
                    }
                  ]
                }
              }
            ],
            "description": "capabilityDump is required when type is CapabilityDump, and forbidden otherwise"
          },
          {
            "anyOf": [
              {
                "not": {
                  "required": [
                    "linkDiagnostics"
                  ]
                }
              },
              {
                "properties": {
                  "type": {
                    "const": "LinkDiagnostics"
                  }
                }
              }
            ],
            "description": "linkDiagnostics is forbidden unless type is LinkDiagnostics"
          },
          {
            "anyOf": [
              {
                "not": {
                  "required": [
                    "nvConfig"
                  ]
                }
              },
              {
                "properties": {
                  "type": {
                    "const": "NvConfig"
                  }
                }
              }
            ],
            "description": "nvConfig is forbidden unless type is NvConfig"
          },
          {
            "oneOf": [
              {
                "allOf": [
                  {
                    "properties": {
                      "type": {
                        "const": "ObjectDump"
                      }
                    },
                    "required": [
                      "type"
                    ]
                  },
                  {
                    "required": [
                      "objectDump"
                    ]
                  }
                ]
              },
              {
                "not": {
                  "anyOf": [
                    {
                      "properties": {
                        "type": {
                          "const": "ObjectDump"
                        }
                      },
                      "required": [
                        "type"
                      ]
                    },
                    {
                      "required": [
                        "objectDump"
                      ]
                    }
                  ]
                }
              }
            ],
            "description": "objectDump is required when type is ObjectDump, and forbidden otherwise"
          },
          {
            "oneOf": [
              {
                "allOf": [
                  {
                    "properties": {
                      "type": {
                        "const": "ResourceDump"
                      }
                    },
                    "required": [
                      "type"
                    ]
                  },
                  {
                    "required": [
                      "resourceDump"
                    ]
                  }
                ]
              },
              {
                "not": {
                  "anyOf": [
                    {
                      "properties": {
                        "type": {
                          "const": "ResourceDump"
                        }
                      },
                      "required": [
                        "type"
                      ]
                    },
                    {
                      "required": [
                        "resourceDump"
                      ]
                    }
                  ]
                }
              }
            ],
            "description": "resourceDump is required when type is ResourceDump, and forbidden otherwise"
          },
          {
            "anyOf": [
              {
                "not": {
                  "required": [
                    "coreDump"
                  ]
                }
              },
              {
                "properties": {
                  "type": {
                    "const": "CoreDump"
                  }
                }
              }
            ],
            "description": "coreDump is forbidden unless type is CoreDump"
          },
          {
            "anyOf": [
              {
                "not": {
                  "required": [
                    "health"
                  ]
                }
              },
              {
                "properties": {
                  "type": {
                    "const": "Health"
                  }
                }
              }
            ],
            "description": "health is forbidden unless type is Health"
          }
        ]
      }
    },
    "impact": {
      "type": "string",
      "enum": [
        "ReadOnly",
        "DebugWrite",
        "Intrusive"
      ],
      "default": "ReadOnly"
    },
    "deadline": {
      "type": "string",
      "maxLength": 32,
      "pattern": "^([0-9]{1,6}(us|ms|s|m|h)){1,4}$",
      "default": "10m"
    },
    "nodeDeadline": {
      "type": "string",
      "maxLength": 32,
      "pattern": "^([0-9]{1,6}(us|ms|s|m|h)){1,4}$"
    },
    "parallelism": {
      "type": "object",
      "default": {},
      "properties": {
        "maxNodes": {
          "type": "integer",
          "format": "int32",
          "minimum": 1,
          "maximum": 5000,
          "default": 32
        }
      },
      "additionalProperties": false
    },
    "limits": {
      "type": "object",
      "default": {},
      "properties": {
        "maxBytesPerDevice": {
          "type": "string",
          "maxLength": 20,
          "pattern": "^[0-9]{1,15}(Ki|Mi|Gi|Ti|k|M|G|T)?$",
          "default": "256Mi"
        },
        "maxBytesTotal": {
          "type": "string",
          "maxLength": 20,
          "pattern": "^[0-9]{1,15}(Ki|Mi|Gi|Ti|k|M|G|T)?$",
          "default": "20Gi"
        }
      },
      "additionalProperties": false
    },
    "retention": {
      "type": "object",
      "default": {},
      "properties": {
        "ttlAfterFinished": {
          "type": "string",
          "maxLength": 32,
          "pattern": "^([0-9]{1,6}(us|ms|s|m|h)){1,4}$",
          "default": "168h"
        },
        "hold": {
          "type": "boolean",
          "default": false
        }
      },
      "additionalProperties": false
    },
    "cancel": {
      "type": "boolean",
      "default": false
    }
  },
  "additionalProperties": false
};
